// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.netty.channel.DefaultEventLoop;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.loop.Loop;
import io.tandem.node.observe.Meters;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.rules.sample.Variable;
import io.tandem.node.rules.sample.Variables;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.Feature;
import io.tandem.node.setup.Lifetime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code set-var} and {@code set-var-fmt} of the global section (HAProxy manual 3.1): variables of the process have these values
 * when a configuration takes effect. They are computed then, in the order of the lines, so that one may build on another.
 */
public final class GlobalVariables implements Feature {
    private static final FacetKey<Lines> KEY = new FacetKey<>(Lines.class, Lines::new);
    private static final int VALUE_BYTES = 16_384;

    /** Computes a value; false where there is none. */
    @FunctionalInterface
    private interface Value {
        boolean compute(Facts facts, Sample out);
    }

    /** The lines of the global section. */
    private static final class Lines implements Facet {
        private final List<RuleLines.Entry> all = new ArrayList<>();

        @Override
        public Facet inherit() {
            return new Lines();
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("set-var", SectionKind.GLOBAL)
                        .arguments("<name> <expression>")
                        .doc("gives a variable of the process a value at start")
                        .as(GlobalVariables::line),
                Keyword.directive("set-var-fmt", SectionKind.GLOBAL)
                        .arguments("<name> <format>")
                        .doc("gives a variable of the process at start what the format writes")
                        .as(GlobalVariables::line));
    }

    private static void line(Arguments line, Draft global) {
        int first = line.position();
        try {
            compile(line, null);
        } catch (SampleError error) {
            throw line.error(error.text());
        }
        global.facet(KEY).all.add(RuleLines.Entry.of(line, first));
    }

    private record Setting(Variable variable, Value value) {}

    private static Setting compile(Arguments line, @Nullable Assembly assembly) {
        boolean formats = line.keyword().equals("set-var-fmt");
        String name = line.next();
        if (name.isEmpty() || !line.hasNext()) {
            throw new SampleError(
                    "'" + line.keyword() + "' requires a process-wide variable name ('proc.<name>') and a "
                            + (formats ? "format string." : "sample expression."));
        }
        Variable variable = Variable.parse(name);
        if (variable.scope() != Variable.Scope.PROC) {
            throw new SampleError("'" + line.keyword() + "': cannot set variable '" + name
                    + "', only scope 'proc' is permitted in the global section.");
        }
        ProxyDraft nobody = new ProxyDraft(SectionKind.FRONTEND, "", line.origin());
        nobody.mode(Mode.HTTP);
        Site site = new Site(nobody, Place.CONFIGURATION, "", line.origin(), assembly);
        return new Setting(variable, formats ? format(line, site) : expression(line, site));
    }

    private static Value expression(Arguments line, Site site) {
        ActionLine words = new ActionLine(line, RuleSet.REQUEST, line.keyword(), site);
        String blamed = line.keyword() + "(" + line.line().text(line.position() - 1) + ")";
        Expression expression = words.expression("missing fetch method", blamed);
        return expression::evaluate;
    }

    private static Value format(Arguments line, Site site) {
        Format format = FormatParser.parse(line.next(), site, Format.Style.VALUE);
        return (facts, out) -> {
            Output text = format.render(facts);
            out.set(SampleType.STRING, text.bytes(), 0, text.length());
            return true;
        };
    }

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        List<Setting> settings = new ArrayList<>();
        for (RuleLines.Entry entry : global.facet(KEY).all) {
            settings.add(compile(entry.again(assembly.drafts()), assembly));
        }
        if (!settings.isEmpty()) {
            assembly.onCommit(() -> set(settings, assembly));
        }
    }

    /** There is no exchange: what expressions may look at here needs none. */
    private static void set(List<Setting> settings, Assembly assembly) {
        Configuration none = new Configuration(
                1, assembly.node(), List.of(), List.of(), List.of(), assembly.drafts(), List.of(), new Lifetime());
        Frontend nobody = new Frontend.Builder(0, "", Mode.HTTP, new Meters(1)).build();
        Facts facts = new Facts(new Loop(0, new DefaultEventLoop()), new Scratch(VALUE_BYTES), none, nobody);
        for (Setting setting : settings) {
            facts.scratch.reset();
            if (setting.value().compute(facts, facts.scratch.value)) {
                Variables.PROCESS.set(setting.variable().name(), facts.scratch.value);
            }
        }
    }
}
