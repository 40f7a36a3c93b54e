// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;

import io.tandem.node.language.Keyword;
import io.tandem.node.language.Mode;
import io.tandem.node.resolve.Lookup;
import io.tandem.node.resolve.Resolvers;
import io.tandem.node.resolve.ResolversLines;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Variable;
import io.tandem.node.setup.Assembly;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The action that asks for a name's address and waits for the answer (HAProxy manual, {@code http-request do-resolve}). */
final class ResolveActions {
    static final List<Keyword<ActionKind>> ALL = List.of(action("do-resolve", RuleSet.REQUEST, RuleSet.CONTENT)
            .arguments("(<name>,<resolvers>[,ipv4|ipv6]) <expression>")
            .doc("gives a variable the address of the host that the expression names")
            .parameterized()
            .as(ResolveActions::resolve));

    private ResolveActions() {}

    private static SampleError malformed(String text) {
        return new SampleError("Can't parse '" + text + "'. Expects 'do-resolve(<varname>,<resolvers>[,<options>])"
                + " <expr>'. Available options are 'ipv4' and 'ipv6'");
    }

    private static Action resolve(ActionLine line) {
        String parameter = line.parameter();
        String[] words = parameter == null ? new String[0] : parameter.split(",", -1);
        boolean known = words.length < 3 || List.of("", "ipv4", "ipv6").contains(words[2]);
        if (words.length < 2 || words.length > 3 || !known) {
            throw malformed(line.name());
        }
        Expression host = host(line);
        Variable variable = variable(words[0]);
        boolean prefersIpv4 = words.length > 2 && words[2].equals("ipv4");
        Assembly assembly = line.site().assembly();
        if (assembly == null) {
            return facts -> Verdict.CONTINUE; // read for its mistakes only
        }
        Resolvers resolvers = ResolversLines.named(words[1], assembly);
        if (resolvers == null) {
            assembly.problems()
                    .alert(
                            line.origin(),
                            "Proxy '" + line.site().proxy().name() + "': Can't find resolvers section '" + words[1]
                                    + "' for do-resolve action.");
            return facts -> Verdict.CONTINUE;
        }
        boolean inspects = line.set() == RuleSet.CONTENT;
        return facts -> perform(facts, resolvers, host, variable, prefersIpv4, inspects);
    }

    private static Expression host(ActionLine line) {
        if (!line.hasArgument()) {
            throw malformed("");
        }
        String text = line.words().peek();
        try {
            ExpressionParser.parse(text, line.site());
        } catch (SampleError wrong) {
            throw malformed(text);
        }
        return line.expression("");
    }

    /** Null for a name without a scope: HAProxy accepts it, and nothing is ever set. */
    private static @Nullable Variable variable(String name) {
        try {
            return Variable.parse(name);
        } catch (SampleError none) {
            return null;
        }
    }

    private static Verdict perform(
            Facts facts,
            Resolvers resolvers,
            Expression host,
            @Nullable Variable variable,
            boolean prefersIpv4,
            boolean inspects) {
        boolean late = inspects && facts.contentFinal && facts.frontend.mode() == Mode.TCP;
        Lookup lookup = facts.awaited instanceof Lookup begun ? begun : null;
        if (late) { // nothing is waited for without, or behind, the inspection delay
            facts.forgetAwaited();
            return Verdict.CONTINUE;
        }
        if (lookup == null) {
            Sample value = facts.scratch.value;
            if (!host.evaluate(facts, value)) {
                return Verdict.CONTINUE;
            }
            lookup = Lookup.begin(resolvers, text(value), prefersIpv4, facts.loop);
            facts.awaited = lookup;
            return lookup == null ? Verdict.CONTINUE : Verdict.WAIT;
        }
        if (!lookup.isThere()) {
            return Verdict.WAIT;
        }
        facts.awaited = null;
        InetAddress address = lookup.address();
        if (address != null && variable != null) {
            set(facts, variable, address);
        }
        return Verdict.CONTINUE;
    }

    private static String text(Sample value) {
        return value.isBytes() ? new String(value.bytes, value.start, value.length(), StandardCharsets.ISO_8859_1) : "";
    }

    private static void set(Facts facts, Variable variable, InetAddress address) {
        Sample value = facts.scratch.value;
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            value.ipv4(ByteBuffer.wrap(bytes).getInt());
        } else {
            value.set(SampleType.IPV6, bytes, 0, bytes.length);
        }
        facts.variables(variable.scope()).set(variable.name(), value);
    }
}
