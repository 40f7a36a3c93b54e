// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

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

/** {@code fullconn}: at which load of a backend its servers reach their {@code maxconn}; {@code max-keep-alive-queue}. */
public final class QueueLines implements Feature {
    private static final class Load implements Facet {
        private int fullConnections;
        private int keepAliveQueue = -1;

        @Override
        public Facet inherit() {
            Load copy = new Load();
            copy.fullConnections = fullConnections;
            copy.keepAliveQueue = keepAliveQueue;
            return copy;
        }
    }

    private static final FacetKey<Load> LOAD = new FacetKey<>(Load.class, Load::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("fullconn", SectionKind.PROXIES)
                        .arguments("NUMBER")
                        .doc("sessions of the backend at which its servers reach their maxconn;"
                                + " a tenth of its frontends' by default")
                        .as(QueueLines::fullConnections),
                Keyword.directive("max-keep-alive-queue", SectionKind.PROXIES)
                        .arguments("NUMBER")
                        .doc("how many may wait at a server that clients go back to; -1, the default, for any number")
                        .as(QueueLines::keepAliveQueue));
    }

    private static void keepAliveQueue(Arguments line, Draft draft) {
        String name = "max-keep-alive-queue";
        if (!line.hasNext()) {
            throw line.error("'" + name + "' expects expects an integer value (or -1 to disable)");
        }
        String number = line.next();
        int first = number.startsWith("-") ? 1 : 0;
        for (int i = first; i < number.length(); i++) {
            if (number.charAt(i) < '0' || number.charAt(i) > '9') {
                throw line.error("'" + name + "' : unexpected character '" + number.charAt(i) + "' in integer value '"
                        + number + "'");
            }
        }
        if (draft.kind() == SectionKind.FRONTEND) {
            line.warn(name + " will be ignored because " + draft + " has no backend capability");
            return;
        }
        line.position(line.position() - 1);
        draft.facet(LOAD).keepAliveQueue = line.leadingInteger();
    }

    private static void fullConnections(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "fullconn", ". Maybe you want 'maxconn' instead ?")) {
            return;
        }
        if (!line.hasNext()) {
            throw line.error("'fullconn' expects an integer argument.");
        }
        draft.facet(LOAD).fullConnections = Math.max(0, line.leadingInteger());
        line.noMore("fullconn");
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        int fullConnections = draft.facet(LOAD).fullConnections;
        backend.keepAliveQueue = draft.facet(LOAD).keepAliveQueue;
        assembly.onCommit(() -> backend.state.configure(backend.meters::current, fullConnections));
    }
}
