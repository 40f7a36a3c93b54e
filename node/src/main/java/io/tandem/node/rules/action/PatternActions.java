// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.pattern.PatternReference;
import io.tandem.node.rules.pattern.PatternStore;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;
import io.tandem.node.setup.Assembly;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Actions that edit the ACLs and maps of a file while the process runs (HAProxy manual 4.2, {@code http-request}). */
final class PatternActions {
    static final List<Keyword<ActionKind>> ALL = List.of(
            action("add-acl", REQUEST, RESPONSE)
                    .arguments("(<file>) <key format>")
                    .doc("adds a pattern to the ACLs of a file, unless they have it")
                    .parameterized()
                    .as(line -> make(line, 1, (file, key, value) -> {
                        if (!file.contains(key)) {
                            file.add(key, null);
                        }
                    })),
            action("del-acl", REQUEST, RESPONSE)
                    .arguments("(<file>) <key format>")
                    .doc("removes a pattern from the ACLs of a file")
                    .parameterized()
                    .as(line -> make(line, 1, (file, key, value) -> file.delete(key))),
            action("set-map", REQUEST, RESPONSE)
                    .arguments("(<file>) <key format> <value format>")
                    .doc("gives a pattern of a map another value, or adds it")
                    .parameterized()
                    .as(line -> make(line, 2, (file, key, value) -> {
                        if (!file.set(key, value)) {
                            file.add(key, value);
                        }
                    })),
            action("del-map", REQUEST, RESPONSE)
                    .arguments("(<file>) <key format>")
                    .doc("removes a pattern from a map")
                    .parameterized()
                    .as(line -> make(line, 1, (file, key, value) -> file.delete(key))));

    private PatternActions() {}

    /** What an action does with the patterns of a file. */
    @FunctionalInterface
    private interface Edit {
        /** @throws SampleError if key or value cannot be read */
        void perform(PatternReference file, String key, String value);
    }

    private static Action make(ActionLine line, int formats, Edit edit) {
        String expected = "expects exactly " + formats + " arguments";
        if (line.words().line().size() - line.words().position() < formats || !line.hasArgument()) {
            throw new SampleError(expected);
        }
        Format key = line.format(expected);
        Format value = formats == 2 ? line.format(expected) : Format.EMPTY;
        PatternReference file = file(line);
        if (file == null) {
            return facts -> Verdict.CONTINUE;
        }
        file.editable();
        return facts -> {
            String keyText = text(key, facts);
            try {
                edit.perform(file, keyText, text(value, facts));
            } catch (SampleError unreadable) {
                return Verdict.CONTINUE; // HAProxy leaves the file as it is, and goes on
            }
            return Verdict.CONTINUE;
        };
    }

    /** The reference, which may be declared behind the rule; null before all is read, and where there is none. */
    private static @Nullable PatternReference file(ActionLine line) {
        Assembly assembly = line.site().assembly();
        if (assembly == null) {
            return null;
        }
        String name = line.parameter();
        PatternReference file = name == null
                ? null
                : line.site().proxy().facet(PatternStore.KEY).ofFile(name);
        if (file == null) {
            Origin origin = line.origin();
            assembly.problems()
                    .warning(
                            origin,
                            "parsing [" + origin.file() + ":" + origin.line() + "] : '"
                                    + line.set().words() + " " + line.name()
                                    + "' : no ACL and no map is loaded from file '" + (name == null ? "" : name)
                                    + "', so this rule has no effect.");
        }
        return file;
    }

    private static String text(Format format, Facts facts) {
        Output out = format.render(facts);
        return Text.string(out.bytes(), 0, out.length());
    }
}
