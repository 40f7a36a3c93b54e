// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Line;
import io.tandem.config.haproxy.Section;
import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.LineError;
import io.tandem.node.language.LoadContext;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns sections of words into drafts by applying each line's directive. One per load. */
final class SectionReader {
    private final LoadContext context;
    private final Map<String, ProxyDraft> namedDefaults = new HashMap<>();
    private @Nullable ProxyDraft defaults;
    private int nextProxyId = 1;

    SectionReader(LoadContext context) {
        this.context = context;
    }

    Drafts read(List<Section> sections) {
        for (Section section : sections) {
            SectionKind kind =
                    SectionKind.valueOf(section.kind().toUpperCase(Locale.ROOT).replace('-', '_'));
            Draft draft = open(kind, section);
            for (Line line : section.lines()) {
                apply(line, draft);
            }
        }
        return context.drafts();
    }

    private Draft open(SectionKind kind, Section section) {
        Origin origin = section.header().origin();
        if (kind == SectionKind.GLOBAL) {
            return context.drafts().global();
        }
        if (!SectionKind.PROXIES.contains(kind)) {
            Draft draft = new Draft(kind, section.name(), origin);
            context.drafts().others().add(draft);
            return draft;
        }
        ProxyDraft draft = new ProxyDraft(kind, section.name(), origin);
        ProxyDraft base = defaults;
        int from = section.header().text(1).equals("from") ? 1 : 2;
        if (section.header().text(from).equals("from")) {
            base = namedDefaults.get(section.header().text(from + 1));
            if (base == null) {
                alert(
                        origin,
                        "'" + kind.keyword() + " " + section.name() + "' : no such defaults section '"
                                + section.header().text(from + 1) + "'.");
            }
        } else if (kind == SectionKind.DEFAULTS) {
            base = null;
        }
        if (base != null) {
            draft.inheritFrom(base);
        }
        if (kind == SectionKind.DEFAULTS) {
            defaults = draft;
            namedDefaults.put(section.name(), draft);
        } else {
            draft.id(nextProxyId++);
            context.drafts().proxies().add(draft);
        }
        return draft;
    }

    private void apply(Line line, Draft draft) {
        boolean negated = line.size() > 1 && line.keyword().equals("no");
        int first = negated ? 1 : 0;
        int words = 2;
        Keyword<Directive> keyword = line.size() > first + 1
                ? context.keywords().directive(line.text(first) + " " + line.text(first + 1))
                : null;
        if (keyword == null) {
            words = 1;
            keyword = context.keywords().directive(line.text(first));
        }
        if (keyword == null || !keyword.sections().contains(draft.kind())) {
            alert(line.origin(), unknown(line, first, draft));
            return;
        }
        if (negated && !keyword.negatable()) {
            alert(line.origin(), "negation/default is not supported for '" + keyword.name() + "'.");
            return;
        }
        Arguments arguments = new Arguments(line, first + words, negated, context);
        switch (keyword.standing()) {
            case WORKS -> {}
            case RETIRED ->
                arguments.warn(
                        "the '" + keyword.name() + "' directive is retired. Use '" + keyword.hint() + "' instead.");
            case NO_EFFECT -> arguments.warn("'" + keyword.name() + "' has no effect: " + keyword.hint());
        }
        try {
            keyword.meaning().apply(arguments, draft);
        } catch (LineError error) {
            context.problems().alert(error.origin(), error.message());
        }
    }

    private static String unknown(Line line, int first, Draft draft) {
        String word = line.text(first);
        if (word.equals("option") && line.size() > first + 1) {
            String option = line.text(first + 1);
            return KnownKeywords.has(KeywordFamily.OPTION, option)
                    ? KnownKeywords.notSupported("option " + option)
                    : "unknown option '" + option + "'";
        }
        KeywordFamily family = KeywordFamily.of(draft.kind());
        return KnownKeywords.has(family, word)
                ? KnownKeywords.notSupported(word)
                : "unknown keyword '" + word + "' in '" + draft.kind().keyword() + "' section";
    }

    private void alert(Origin origin, String text) {
        context.problems().alert(origin, "parsing [" + origin.file() + ":" + origin.line() + "] : " + text);
    }
}
