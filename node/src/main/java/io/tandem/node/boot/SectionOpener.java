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
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the headers of sections: names, duplicates, and the defaults each proxy begins with. One per load. */
final class SectionOpener {
    private final LoadContext context;
    private final NamedSections named;
    private final Map<String, ProxyDraft> namedDefaults = new HashMap<>();
    private @Nullable ProxyDraft defaults;
    private int nextProxyId = 1;

    SectionOpener(LoadContext context) {
        this.context = context;
        named = new NamedSections(context);
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
                    SectionKind.PROXIES.contains(kind)
                            ? "'" + kind.keyword() + "' expects an <id> argument"
                            : kind == SectionKind.CACHE
                                    ? "'cache' expects a <name> argument"
                                    : "'" + kind.keyword() + "' expects <name> as arguments.");
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
            if (kind != SectionKind.RESOLVERS) { // there HAProxy does not look
                refuseMore(header, 2);
            }
            sayWhatToExpect(kind, header);
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
        for (Draft other : context.drafts().others()) {
            if (other.kind() == SectionKind.RESOLVERS && other.name().equals(name)) {
                Origin here = header.origin();
                Origin there = other.origin();
                context.problems()
                        .alert(
                                here,
                                "Parsing [" + here.file() + ":" + here.line() + "]: resolvers '" + name
                                        + "' has same name as another resolvers (declared at " + there.file() + ":"
                                        + there.line() + ").");
                return true;
            }
        }
        return false;
    }

    private @Nullable Draft openProxy(SectionKind kind, Section section) {
        Line header = section.header();
        boolean unnamed = kind == SectionKind.DEFAULTS && section.name().equals("from");
        String name = unnamed ? "" : section.name();
        ProxyDraft draft = new ProxyDraft(kind, name, header.origin());
        ProxyDraft base = kind == SectionKind.DEFAULTS ? null : defaults;
        int from = unnamed ? 1 : 2;
        if (header.text(from).equals("from")) {
            refuseMore(header, from + 2);
            base = namedDefaults.get(header.text(from + 1));
            if (base == null) {
                alert(
                        header,
                        "defaults section '" + header.text(from + 1) + "' not found for " + draft.described() + ".");
                return null;
            }
        }
        if (base != null) {
            draft.inheritFrom(base);
        }
        draft.share(PatternStore.KEY, context.drafts().global());
        if (kind == SectionKind.DEFAULTS) {
            defaults = draft;
            namedDefaults.put(name, draft);
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
