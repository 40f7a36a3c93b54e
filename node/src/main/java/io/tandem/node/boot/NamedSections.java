// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Names;
import io.tandem.config.text.Origin;
import io.tandem.node.language.Draft;
import io.tandem.node.language.LoadContext;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sections with complaints of their own about their names: rings, log forwarders, mailers. One per load. */
final class NamedSections {
    private static final Set<SectionKind> KINDS =
            EnumSet.of(SectionKind.RING, SectionKind.LOG_FORWARD, SectionKind.MAILERS);

    /** Names that HAProxy's own event sinks have. */
    private static final Set<String> SINKS = Set.of("stdout", "stderr", "buf0");

    private final LoadContext context;

    NamedSections(LoadContext context) {
        this.context = context;
    }

    static boolean isOne(SectionKind kind) {
        return KINDS.contains(kind);
    }

    /** The draft the section writes to; null when HAProxy reads no further, which has been reported. */
    @Nullable Draft open(SectionKind kind, Line header) {
        String name = header.text(1);
        boolean goesOn =
                switch (kind) {
                    case RING -> ring(name, header);
                    case LOG_FORWARD -> forwarder(name, header);
                    default -> mailers(name, header);
                };
        if (!goesOn) {
            return null;
        }
        Draft draft = new Draft(kind, name, header.origin());
        context.drafts().others().add(draft);
        return draft;
    }

    private boolean ring(String name, Line header) {
        int forbidden = Names.firstForbidden(name);
        if (name.isEmpty()) {
            alert(header, "missing ring name.");
        } else if (forbidden >= 0) {
            alert(
                    header,
                    "invalid ring name '" + name + "' (character '" + name.charAt(forbidden) + "' is not permitted).");
        } else if (SINKS.contains(name) || other(SectionKind.RING, name).isPresent()) {
            alert(header, "sink named '" + name + "' already exists.");
        }
        return true;
    }

    private boolean forwarder(String name, Line header) {
        int forbidden = Names.firstForbidden(name);
        if (name.isEmpty()) {
            alert(header, "missing name for ip-forward section.");
            return false;
        }
        if (header.size() > 2) {
            alert(header, "'log-forward' cannot handle unexpected argument '" + header.text(2) + "'.");
        }
        if (forbidden >= 0) {
            alert(
                    header,
                    "character '" + name.charAt(forbidden) + "' is not permitted in 'log-forward' name '" + name
                            + "'.");
            return false;
        }
        other(SectionKind.LOG_FORWARD, name).ifPresent(twin -> twins(header, "log-forward section", twin));
        for (ProxyDraft proxy : context.drafts().proxies()) {
            if (proxy.name().equals(name)) {
                whole(
                        header.origin(),
                        "log forward section '" + name + "' has the same name as " + proxy.described() + " declared at "
                                + place(proxy.origin()) + ".");
                break;
            }
        }
        return true;
    }

    private boolean mailers(String name, Line header) {
        int forbidden = Names.firstForbidden(name);
        if (name.isEmpty()) {
            alert(header, "missing name for mailers section.");
            return false;
        }
        if (forbidden >= 0) {
            alert(
                    header,
                    "character '" + name.charAt(forbidden) + "' is not permitted in 'mailers' name '" + name + "'.");
        }
        other(SectionKind.MAILERS, name).ifPresent(twin -> twins(header, "mailers section", twin));
        return true;
    }

    /** A proxy may not have the name of a log forwarder. */
    void refuseForwarder(ProxyDraft proxy) {
        other(SectionKind.LOG_FORWARD, proxy.name())
                .ifPresent(forwarder -> whole(
                        proxy.origin(),
                        proxy.described() + " has the same name as log forward section '" + proxy.name()
                                + "' declared at " + place(forwarder.origin()) + "."));
    }

    private void twins(Line header, String what, Draft twin) {
        whole(
                header.origin(),
                what + " '" + twin.name() + "' has the same name as another " + what + " declared at "
                        + place(twin.origin()) + ".");
    }

    private Optional<Draft> other(SectionKind kind, String name) {
        return context.drafts().others().stream()
                .filter(draft -> draft.kind() == kind && draft.name().equals(name))
                .findFirst();
    }

    private static String place(Origin origin) {
        return origin.file() + ":" + origin.line();
    }

    private void whole(Origin origin, String text) {
        context.problems().alert(origin, "Parsing [" + place(origin) + "]: " + text);
    }

    private void alert(Line header, String text) {
        Origin origin = header.origin();
        context.problems().alert(origin, "parsing [" + place(origin) + "] : " + text);
    }
}
