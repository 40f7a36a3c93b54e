// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.sample.Args;
import io.tandem.node.rules.sample.Converter;
import io.tandem.node.rules.sample.ConverterKind;
import io.tandem.node.rules.sample.Parameter;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Text;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code map}, and {@code map_<method>_<output>}: a value's companion in a file (HAProxy manual 7.3.1). */
public final class MapConverters {
    public static final List<Keyword<ConverterKind>> ALL = all();

    private MapConverters() {}

    private static List<Keyword<ConverterKind>> all() {
        List<Keyword<ConverterKind>> all = new ArrayList<>();
        all.add(map("map", MatchMethod.STR, PatternOutput.TEXT));
        for (MatchMethod method : EnumSet.of(
                MatchMethod.STR,
                MatchMethod.BEG,
                MatchMethod.SUB,
                MatchMethod.DIR,
                MatchMethod.DOM,
                MatchMethod.END,
                MatchMethod.REG,
                MatchMethod.INT,
                MatchMethod.IP)) {
            all.add(map("map_" + method.word(), method, PatternOutput.TEXT));
            all.add(map("map_" + method.word() + "_int", method, PatternOutput.NUMBER));
            all.add(map("map_" + method.word() + "_ip", method, PatternOutput.ADDRESS));
        }
        all.add(map("map_regm", MatchMethod.REGM, PatternOutput.TEXT));
        return List.copyOf(all);
    }

    private static Keyword<ConverterKind> map(String name, MatchMethod method, PatternOutput output) {
        Parameter otherwise = output == PatternOutput.NUMBER ? optionalInteger("default") : optionalString("default");
        return ConverterKind.converter(name)
                .args(optionalString("file"), otherwise)
                .accepts(method.wants())
                .returns(
                        switch (output) {
                            case NUMBER -> SampleType.INTEGER;
                            case ADDRESS -> SampleType.ADDRESS;
                            default -> SampleType.STRING;
                        })
                .doc("what the file has beside the pattern that matches (" + method.word() + "), or the default")
                .as(args -> make(args, new PatternKind(method, false, false, output)));
    }

    private static Converter make(Args args, PatternKind kind) {
        PatternReference file = args.site()
                .proxy()
                .facet(PatternStore.KEY)
                .file(args.string(0), true, false, args.site().origin());
        PatternSet set = file.set(kind, true);
        PatternValue otherwise = otherwise(args, kind.output());
        return (facts, value) -> {
            if (set.map(facts.scratch, value)) {
                return true;
            }
            if (otherwise == null) {
                return false;
            }
            otherwise.into(value, kind.output());
            return true;
        };
    }

    private static @Nullable PatternValue otherwise(Args args, PatternOutput output) {
        if (!args.has(1)) {
            return null;
        }
        try {
            return PatternValue.parse(Text.bytes(args.string(1)), EnumSet.of(output));
        } catch (SampleError unreadable) {
            throw new SampleError("map: cannot parse default ip <" + args.string(1) + ">.");
        }
    }
}
