// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.backend.Backend;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converters that look at or change internal states (HAProxy manual 7.3.1). */
final class StateConverters {
    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("set-var")
                    .args(string("name"))
                    .accepts(SampleType.ANY)
                    .returns(SampleType.ANY)
                    .doc("gives a variable the value, which goes on unchanged")
                    .as(args -> {
                        Variable variable = Variable.parse(args.string(0));
                        return (facts, in) -> {
                            facts.variables(variable.scope()).set(variable.name(), in);
                            return true;
                        };
                    }),
            converter("unset-var")
                    .args(string("name"))
                    .accepts(SampleType.ANY)
                    .returns(SampleType.ANY)
                    .doc("forgets a variable; the value goes on unchanged")
                    .as(args -> {
                        Variable variable = Variable.parse(args.string(0));
                        return (facts, in) -> {
                            facts.variables(variable.scope()).unset(variable.name());
                            return true;
                        };
                    }),
            converter("nbsrv")
                    .returns(SampleType.INTEGER)
                    .doc("how many servers of the backend of that name are usable")
                    .simply((facts, in) -> {
                        Backend backend = named(facts, in);
                        return backend != null && InternalFetches.number(in, backend.usableServers());
                    }),
            converter("secure_memcmp")
                    .args(string("variable"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BOOLEAN)
                    .doc("whether it equals the variable's value, in a time that tells nothing")
                    .as(args -> {
                        Variable variable = Variable.parse(args.string(0));
                        return (facts, in) -> {
                            Sample other = facts.scratch.other;
                            if (!facts.variables(variable.scope()).get(variable.name(), facts.scratch, other)
                                    || !Casts.cast(SampleType.BINARY, facts.scratch, other)) {
                                return false;
                            }
                            in.set(MessageDigest.isEqual(
                                    Arrays.copyOfRange(in.bytes, in.start, in.end),
                                    Arrays.copyOfRange(other.bytes, other.start, other.end)));
                            return true;
                        };
                    }));

    private StateConverters() {}

    private static @Nullable Backend named(Facts facts, Sample name) {
        List<Backend> all = facts.configuration.backends();
        for (int i = 0; i < all.size(); i++) {
            byte[] text = Text.bytes(all.get(i).name());
            if (Text.equals(name.bytes, name.start, name.end, text, false)) {
                return all.get(i);
            }
        }
        return null;
    }
}
