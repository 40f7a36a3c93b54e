// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Line;
import io.tandem.config.haproxy.Section;
import io.tandem.config.text.Names;
import io.tandem.config.text.Origin;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.LoadContext;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.pattern.PatternStore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the headers of sections: names, duplicates, and the defaults each proxy begins with. One per load. */
final class SectionOpener {
    private final LoadContext context;
    private final NamedSections named;
    private final DefaultsSections defaults;
    private int nextProxyId = 1;

    SectionOpener(LoadContext context) {
        this.context = context;
        named = new NamedSections(context);
        defaults = new DefaultsSections(context.problems());
    }

    /** The draft a section writes to; null when reading cannot go on, which has been reported. */
    @Nullable Draft open(SectionKind kind, Section section) {
        Line header = section.header();
        if (kind == SectionKind.GLOBAL) {
            if (header.size() > 1) {
                alert(header, "'global' cannot handle unexpected argument '" + header.text(1) + "'.");
            }
            return context.drafts().global();
        }
        if (NamedSections.isOne(kind)) {
            sayWhatToExpect(kind, header);
            return named.open(kind, header);
        }
        if (kind == SectionKind.RESOLVERS && section.name().isEmpty()) {
            alert(header, "missing name for resolvers section.");
            return null;
        }
        if (kind != SectionKind.DEFAULTS
                && kind != SectionKind.TRACES
                && kind != SectionKind.CRT_STORE
                && section.name().isEmpty()) {
            alert(
                    header,
                    switch (kind) {
                        case CACHE -> "'cache' expects a <name> argument";
                        case PEERS, HTTP_ERRORS -> "missing name for " + kind.keyword() + " section.";
                        case FRONTEND, BACKEND, LISTEN, PROGRAM -> "'" + kind.keyword() + "' expects an <id> argument";
                        default -> "'" + kind.keyword() + "' expects <name> as arguments.";
                    });
            return null;
        }
        int forbidden = kind == SectionKind.DEFAULTS ? -1 : Names.firstForbidden(section.name());
        if (forbidden >= 0) {
            alert(
                    header,
                    "character '" + section.name().charAt(forbidden) + "' is not permitted in '" + kind.keyword()
                            + "' name '" + section.name() + "'.");
        }
        if (kind == SectionKind.RESOLVERS && (forbidden >= 0 || isSecond(header, section.name()))) {
            return null;
        }
        if (!SectionKind.PROXIES.contains(kind)) {
            if (kind != SectionKind.RESOLVERS && kind != SectionKind.HTTP_ERRORS) { // there HAProxy does not look
                refuseMore(header, 2);
            }
            sayWhatToExpect(kind, header);
            sayIfTwins(kind, header);
            Draft draft = new Draft(kind, section.name(), header.origin());
            context.drafts().others().add(draft);
            return draft;
        }
        return openProxy(kind, section);
    }

    /** Whether a section of that kind is refused as a whole: what its lines say does not matter. */
    boolean isRefused(SectionKind kind) {
        return has(kind, Keyword.Standing.REFUSED);
    }

    /** Whether a section of that kind is accepted, and means nothing here. */
    boolean isWithoutEffect(SectionKind kind) {
        return has(kind, Keyword.Standing.NO_EFFECT);
    }

    /** Whether a word stands behind the name of a backend: HAProxy then knows no section for the lines below. */
    boolean isMisread(SectionKind kind, Line header) {
        return kind == SectionKind.BACKEND
                && header.size() > 2
                && !header.text(1).equals("from")
                && !header.text(2).equals("from");
    }

    private boolean has(SectionKind kind, Keyword.Standing standing) {
        return kind != SectionKind.GLOBAL
                && !SectionKind.PROXIES.contains(kind)
                && context.keywords().standing(kind) == standing;
    }

    private void sayWhatToExpect(SectionKind kind, Line header) {
        if (isRefused(kind)) {
            alert(header, KnownKeywords.notSupported(kind.keyword()) + reason(kind));
        } else if (isWithoutEffect(kind)) {
            Origin origin = header.origin();
            context.problems()
                    .warning(
                            origin,
                            "parsing [" + origin.file() + ":" + origin.line() + "] : '" + kind.keyword()
                                    + "' has no effect" + reason(kind));
        }
    }

    /** What the first of its lines gives as the reason. */
    private String reason(SectionKind kind) {
        return context.keywords().directives(kind).stream()
                .map(Keyword::hint)
                .filter(Objects::nonNull)
                .findFirst()
                .map(hint -> ": " + hint + (hint.endsWith(".") ? "" : "."))
                .orElse(".");
    }

    /** Whether there is a resolvers section of that name already, which is reported. */
    private boolean isSecond(Line header, String name) {
        Draft other = twin(SectionKind.RESOLVERS, name);
        if (other != null) {
            Origin here = header.origin();
            context.problems()
                    .alert(
                            here,
                            "P" + at(here) + ": resolvers '" + name
                                    + "' has same name as another resolvers (declared at "
                                    + other.origin().file() + ":"
                                    + other.origin().line() + ").");
        }
        return other != null;
    }

    /** Reports another section of that kind and name, of which there should be one. */
    private void sayIfTwins(SectionKind kind, Line header) {
        Draft other = twin(kind, header.text(1));
        if (other == null) {
            return;
        }
        Origin here = header.origin();
        String name = "'" + other.name() + "'";
        String there = other.origin().file() + ":" + other.origin().line();
        switch (kind) {
            case PEERS ->
                context.problems()
                        .alert(
                                here,
                                "P" + at(here) + ": peers section " + name
                                        + " has the same name as another peers section declared at " + there + ".");
            case HTTP_ERRORS ->
                context.problems()
                        .alert(
                                here,
                                "p" + at(here) + ": http-errors section " + name + " already exists (declared at "
                                        + there + ").");
            case USERLIST ->
                context.problems().warning(here, "p" + at(here) + ": ignoring duplicated userlist " + name + ".");
            default -> {} // several are one, or said elsewhere
        }
    }

    private @Nullable Draft twin(SectionKind kind, String name) {
        return context.drafts().others().stream()
                .filter(draft -> draft.kind() == kind && draft.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Without its first letter, which is a capital here and there. */
    private static String at(Origin origin) {
        return "arsing [" + origin.file() + ":" + origin.line() + "]";
    }

    private @Nullable Draft openProxy(SectionKind kind, Section section) {
        Line header = section.header();
        boolean unnamed = kind == SectionKind.DEFAULTS && section.name().equals("from");
        String name = unnamed ? "" : section.name();
        ProxyDraft draft = new ProxyDraft(kind, name, header.origin());
        int from = unnamed ? 1 : 2;
        String base = header.text(from).equals("from") && header.size() > from + 1 ? header.text(from + 1) : null;
        if (base != null) {
            refuseMore(header, from + 2);
            if (!defaults.has(base)) {
                alert(header, "defaults section '" + base + "' not found for " + draft.described() + ".");
                return null;
            }
        }
        boolean begins = base != null || kind != SectionKind.DEFAULTS;
        if (begins && !defaults.inherit(draft, base)) {
            return null;
        }
        draft.share(PatternStore.KEY, context.drafts().global());
        if (kind == SectionKind.DEFAULTS) {
            defaults.add(draft);
        } else {
            refuseDuplicate(draft);
            draft.id(nextProxyId++);
            context.drafts().add(draft);
        }
        return draft;
    }

    private void refuseDuplicate(ProxyDraft draft) {
        for (ProxyDraft other : context.drafts().named(draft.name())) {
            boolean clash = (draft.isFrontend() && other.isFrontend()) || (draft.isBackend() && other.isBackend());
            if (clash) {
                Origin here = draft.origin();
                Origin there = other.origin();
                context.problems()
                        .alert(
                                here,
                                "Parsing [" + here.file() + ":" + here.line() + "]: " + draft.described()
                                        + " has the same name as " + other.described() + " declared at " + there.file()
                                        + ":"
                                        + there.line() + ".");
                return;
            }
        }
        named.refuseForwarder(draft);
    }

    private void refuseMore(Line header, int words) {
        if (header.size() > words) {
            alert(header, "'" + header.keyword() + "' cannot handle unexpected argument '" + header.text(words) + "'.");
        }
    }

    private void alert(Line header, String text) {
        Origin origin = header.origin();
        context.problems().alert(origin, "parsing [" + origin.file() + ":" + origin.line() + "] : " + text);
    }
}
