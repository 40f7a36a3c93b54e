// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.config.text.Times;
import io.tandem.node.frontend.Frontend;
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
import java.util.function.Function;

/** {@code option clitcpka}, {@code srvtcpka}, {@code tcpka} and the numbers that go with them (HAProxy manual 4.2). */
public final class TcpKeepAliveLines implements Feature {
    private static final class Numbers {
        private boolean on;
        private int count;
        private int idleS;
        private int intervalS;

        private Numbers copy() {
            Numbers copy = new Numbers();
            copy.on = on;
            copy.count = count;
            copy.idleS = idleS;
            copy.intervalS = intervalS;
            return copy;
        }

        private TcpKeepAlive settings() {
            return new TcpKeepAlive(on, count, idleS, intervalS);
        }
    }

    private static final class Settings implements Facet {
        private Numbers client = new Numbers();
        private Numbers server = new Numbers();

        @Override
        public Facet inherit() {
            Settings copy = new Settings();
            copy.client = client.copy();
            copy.server = server.copy();
            return copy;
        }
    }

    private static final FacetKey<Settings> SETTINGS = new FacetKey<>(Settings.class, Settings::new);

    private interface Setting {
        void set(Numbers numbers, int value);
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("option clitcpka", SectionKind.PROXIES)
                        .doc("the system probes silent connections of clients")
                        .negatable()
                        .as((line, draft) -> {
                            if (((ProxyDraft) draft).needsFrontend(line, "clitcpka", ".")) {
                                line.noMore("option clitcpka");
                                draft.facet(SETTINGS).client.on = !line.negated();
                            }
                        }),
                Keyword.directive("option srvtcpka", SectionKind.PROXIES)
                        .doc("the system probes silent connections to servers")
                        .negatable()
                        .as((line, draft) -> {
                            if (((ProxyDraft) draft).needsBackend(line, "srvtcpka", ".")) {
                                line.noMore("option srvtcpka");
                                draft.facet(SETTINGS).server.on = !line.negated();
                            }
                        }),
                Keyword.directive("option tcpka", SectionKind.PROXIES)
                        .doc("the same as option clitcpka and option srvtcpka, where they mean something")
                        .as((line, draft) -> {
                            line.noMore("option tcpka");
                            draft.facet(SETTINGS).client.on = true;
                            draft.facet(SETTINGS).server.on = true;
                        }),
                count("clitcpka-cnt", true, s -> s.client),
                count("srvtcpka-cnt", false, s -> s.server),
                time("clitcpka-idle", true, s -> s.client, (n, seconds) -> n.idleS = seconds),
                time("srvtcpka-idle", false, s -> s.server, (n, seconds) -> n.idleS = seconds),
                time("clitcpka-intvl", true, s -> s.client, (n, seconds) -> n.intervalS = seconds),
                time("srvtcpka-intvl", false, s -> s.server, (n, seconds) -> n.intervalS = seconds));
    }

    private static Keyword<Directive> count(String name, boolean frontend, Function<Settings, Numbers> side) {
        return Keyword.directive(name, SectionKind.PROXIES)
                .arguments("NUMBER")
                .doc("probes without an answer before a connection is given up")
                .as((line, draft) -> {
                    String text = line.require("'" + name + "' expects an integer value")
                            .text();
                    int strange = text.replaceFirst("^[-+]?[0-9]*", "").length();
                    if (strange > 0) {
                        throw line.error("'" + name + "' : unexpected character '"
                                + text.charAt(text.length() - strange) + "' in integer value '" + text + "'");
                    }
                    if (matters(name, frontend, line, draft)) {
                        side.apply(draft.facet(SETTINGS)).count =
                                new Arguments(line.line(), 1, line.context()).leadingInteger();
                    }
                });
    }

    private static Keyword<Directive> time(
            String name, boolean frontend, Function<Settings, Numbers> side, Setting setting) {
        return Keyword.directive(name, SectionKind.PROXIES)
                .arguments("TIME")
                .doc(name.endsWith("idle") ? "silence before the first probe" : "time between two probes")
                .as((line, draft) -> {
                    String text = line.require("'" + name + "' expects an integer value")
                            .text();
                    Times time = Times.parse(text, Times.Unit.S);
                    if (time.outcome() == Times.Outcome.OVERFLOW) {
                        throw line.error("timer overflow in argument '" + text + "' to '" + name
                                + "' (maximum value is 2147483647 ms or ~24.8 days)");
                    }
                    if (!time.ok()) {
                        throw line.error(
                                "unexpected character '" + time.character() + "' in argument to <" + name + ">.\n");
                    }
                    if (matters(name, frontend, line, draft)) {
                        setting.set(side.apply(draft.facet(SETTINGS)), (int) time.value());
                    }
                });
    }

    private static boolean matters(String name, boolean frontend, Arguments line, Draft draft) {
        if (draft.kind() != (frontend ? SectionKind.BACKEND : SectionKind.FRONTEND)) {
            return true;
        }
        line.warn(name + " will be ignored because " + draft + " has no " + (frontend ? "frontend" : "backend")
                + " capability");
        return false;
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        backend.keepAlive = draft.facet(SETTINGS).server.settings();
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        frontend.keepAlive = draft.facet(SETTINGS).client.settings();
    }
}
