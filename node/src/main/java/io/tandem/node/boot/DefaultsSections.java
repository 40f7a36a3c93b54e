// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Problems;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.action.RuleFeature;
import io.tandem.node.rules.action.RuleSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The {@code defaults} sections of a load: which one a proxy begins with, and which it may not. One per load. */
final class DefaultsSections {
    /** One of them, and who has used it. */
    private static final class Section {
        private final ProxyDraft draft;
        /** An earlier one of that name. */
        private final @Nullable Section twin;

        private boolean named;
        private boolean implied;
        private boolean byFrontend;
        private boolean byBackend;

        Section(ProxyDraft draft, @Nullable Section twin) {
            this.draft = draft;
            this.twin = twin;
        }
    }

    private final Problems problems;
    private final Map<String, Section> byName = new HashMap<>();
    private @Nullable Section last;

    DefaultsSections(Problems problems) {
        this.problems = problems;
    }

    void add(ProxyDraft draft) {
        last = new Section(draft, byName.get(draft.name()));
        byName.put(draft.name(), last);
    }

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /**
     * Lets {@code draft} begin with what a section says.
     *
     * @param name of the section, or null for the last one
     * @return false where HAProxy reads no further, which has been reported
     */
    boolean inherit(ProxyDraft draft, @Nullable String name) {
        Section section = name == null ? last : byName.get(name);
        if (section == null) {
            return true;
        }
        Section twin = section.twin;
        if (name != null && twin != null) {
            alert(
                    draft,
                    " : ambiguous defaults section name '" + name + "' referenced by " + draft.described()
                            + " exists at least at " + place(twin.draft) + " and " + place(section.draft) + ".");
        }
        boolean mixed = name == null ? section.named : section.implied;
        if (mixed && draft.kind() != SectionKind.DEFAULTS) {
            alert(
                    draft,
                    " : defaults section '" + section.draft.name() + "' (declared at " + place(section.draft)
                            + ") is explicitly referenced by another proxy and implicitly used here. To avoid any"
                            + " ambiguity don't mix both usage. Add a last defaults section not explicitly used or"
                            + " always use explicit references.");
        }
        section.named |= name != null;
        section.implied |= name == null;
        Set<RuleSet> rules = RuleFeature.ruleSets(section.draft);
        String refusal = rules.isEmpty() ? null : refusal(draft.kind(), section, rules);
        if (refusal != null) {
            alert(draft, ": " + refusal);
            return false;
        }
        section.byFrontend |= draft.kind() == SectionKind.FRONTEND;
        section.byBackend |= draft.kind() == SectionKind.BACKEND;
        draft.inheritFrom(section.draft);
        return true;
    }

    /** Why a section of that kind cannot take over the rules; null where it can. */
    private static @Nullable String refusal(SectionKind kind, Section section, Set<RuleSet> rules) {
        String where = " (defaults section at " + place(section.draft) + ").";
        return switch (kind) {
            case LISTEN -> "a listen section cannot inherit from a defaults section defining TCP/HTTP rules.";
            case DEFAULTS ->
                "a defaults section cannot inherit from a defaults section defining TCP/HTTP rules" + where;
            case FRONTEND ->
                section.byBackend
                        ? shared(where)
                        : rules.contains(RuleSet.RESPONSE_CONTENT)
                                ? "a frontend section cannot inherit from a defaults section defining 'tcp-response"
                                        + " content' rules" + where
                                : null;
            default ->
                section.byFrontend
                        ? shared(where)
                        : rules.contains(RuleSet.CONNECTION) || rules.contains(RuleSet.SESSION)
                                ? "a backend section cannot inherit from a defaults section defining 'tcp-request"
                                        + " connection' or 'tcp-request session' rules" + where
                                : null;
        };
    }

    private static String shared(String where) {
        return "frontends and backends cannot inherit from the same defaults section if it defines TCP/HTTP rules"
                + where;
    }

    private static String place(ProxyDraft draft) {
        return draft.origin().file() + ":" + draft.origin().line();
    }

    private void alert(ProxyDraft draft, String text) {
        Origin origin = draft.origin();
        problems.alert(origin, "parsing [" + place(draft) + "]" + text);
    }
}
