// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.tandem.node.backend.pool.OwnConnections;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.List;

/** The frontend's {@code maxconn}, {@code rate-limit sessions}, {@code backlog} and {@code option contstats}. */
public final class FrontendLines implements Feature {
    private static final class Settings implements Facet {
        private int maxConnections;
        private int sessionRate;
        private int serverConnections = OwnConnections.MOST;
        private int backlog;
        private boolean countsContinuously;

        @Override
        public Facet inherit() {
            Settings copy = new Settings();
            copy.maxConnections = maxConnections;
            copy.serverConnections = serverConnections;
            copy.sessionRate = sessionRate;
            copy.backlog = backlog;
            copy.countsContinuously = countsContinuously;
            return copy;
        }
    }

    private static final FacetKey<Settings> SETTINGS = new FacetKey<>(Settings.class, Settings::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("max-session-srv-conns", SectionKind.PROXIES)
                        .arguments("NUMBER")
                        .doc("connections to servers kept idle for one client, 5 by default")
                        .as(FrontendLines::serverConnections),
                Keyword.directive("maxconn", SectionKind.PROXIES)
                        .arguments("NUMBER")
                        .doc("client connections at once")
                        .as(FrontendLines::maxConnections),
                Keyword.directive("rate-limit", SectionKind.PROXIES)
                        .arguments("sessions NUMBER")
                        .doc("sessions begun a second")
                        .as(FrontendLines::rateLimit),
                Keyword.directive("option contstats", SectionKind.PROXIES)
                        .doc("counts the bytes of long sessions every five seconds, not at their end")
                        .negatable()
                        .as((line, draft) -> {
                            if (draft.needsFrontend(line, "contstats", ".")) {
                                line.noMore("option contstats");
                                draft.facet(SETTINGS).countsContinuously = !line.negated();
                            }
                        }),
                Keyword.directive("backlog", SectionKind.PROXIES)
                        .arguments("NUMBER")
                        .doc("connections the kernel may hold for its listeners")
                        .as(FrontendLines::backlog));
    }

    private static void maxConnections(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            throw line.error("'maxconn' expects an integer argument.");
        }
        if (((ProxyDraft) draft).needsFrontend(line, "maxconn", ". Maybe you want 'fullconn' instead ?")) {
            draft.facet(SETTINGS).maxConnections = Math.max(0, line.leadingInteger());
            line.noMore("maxconn");
        }
    }

    private static void serverConnections(Arguments line, Draft draft) {
        if (((ProxyDraft) draft).needsFrontend(line, "max-session-srv-conns", ".")) {
            if (!line.hasNext()) {
                throw line.error("'max-session-srv-conns' expects a number. Got no argument");
            }
            draft.facet(SETTINGS).serverConnections = Math.max(0, line.leadingInteger());
        }
    }

    private static void rateLimit(Arguments line, Draft draft) {
        String what = line.next();
        if (!what.equals("sessions")) {
            throw line.error("'rate-limit' only supports 'sessions' (got '" + what + "')");
        }
        if (!line.hasNext()) {
            throw line.error("'rate-limit sessions' expects expects an integer value (in sessions/second)");
        }
        String number = line.next();
        for (int i = 0; i < number.length(); i++) {
            if (number.charAt(i) < '0' || number.charAt(i) > '9') {
                throw line.error("'rate-limit sessions' : unexpected character '" + number.charAt(i)
                        + "' in integer value '" + number + "'");
            }
        }
        if (!((ProxyDraft) draft).isFrontend() && draft.kind() != SectionKind.DEFAULTS) {
            line.warn("rate-limit sessions will be ignored because backend '" + draft.name()
                    + "' has no frontend capability");
            return;
        }
        line.position(line.position() - 1);
        draft.facet(SETTINGS).sessionRate = line.leadingInteger();
    }

    private static void backlog(Arguments line, Draft draft) {
        if (((ProxyDraft) draft).needsFrontend(line, "backlog", ".")) {
            if (!line.hasNext()) {
                throw line.error("'backlog' expects an integer argument.");
            }
            draft.facet(SETTINGS).backlog = Math.max(0, line.leadingInteger());
            line.noMore("backlog");
        }
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        Settings settings = draft.facet(SETTINGS);
        frontend.maxConnections = settings.maxConnections;
        frontend.sessionRate = settings.sessionRate;
        frontend.serverConnections = settings.serverConnections;
        frontend.countsContinuously = settings.countsContinuously;
        frontend.binds.forEach(bind -> bind.backlog(settings.backlog, settings.maxConnections));
    }
}
