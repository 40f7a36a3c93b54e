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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code dispatch} and {@code option transparent}: where all connections go that persistence sends nowhere else, unless the
 * section says {@code balance}: to one address, or to where the client wanted to go. That counts as no server: neither logs
 * nor statistics name it.
 */
public final class DispatchLines implements Feature {
    private static final String NO_SERVER = "<NOSRV>";

    private static final class Said implements Facet {
        private @Nullable ServerAddress address;
        private String place = "";
        private boolean transparent;

        /** Without the address: defaults have none. */
        @Override
        public Facet inherit() {
            Said copy = new Said();
            copy.transparent = transparent;
            return copy;
        }
    }

    private static final FacetKey<Said> SAID = new FacetKey<>(Said.class, Said::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("dispatch", SectionKind.PROXIES)
                        .arguments("ADDRESS:PORT")
                        .doc("where connections go that no server takes")
                        .as(DispatchLines::dispatch),
                Keyword.directive("option transparent", SectionKind.PROXIES)
                        .doc("connections that no server takes go to where the client wanted to go")
                        .negatable()
                        .as((line, draft) -> {
                            if (draft.needsBackend(line, "transparent", ".")) {
                                line.noMore("option transparent");
                                draft.facet(SAID).transparent = !line.negated();
                            }
                        }));
    }

    private static void dispatch(Arguments line, Draft draft) {
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw line.error("'dispatch' not allowed in 'defaults' section.");
        }
        if (!draft.needsBackend(line, "dispatch", ".")) {
            return;
        }
        String text = line.next();
        try {
            ServerAddress address =
                    ServerAddress.parse(text, line.context().options().environment());
            if (address.inet() == null || address.keepsClientPort()) {
                throw line.error("'dispatch' : missing port specification in '" + text + "'");
            }
            Said said = draft.facet(SAID);
            said.address = address;
            said.place = line.origin().file() + ":" + line.origin().line();
        } catch (ServerAddress.Malformed malformed) {
            throw line.error("'dispatch' : " + malformed.text());
        }
        line.noMore("dispatch");
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        Said said = draft.facet(SAID);
        if (said.transparent && backend.balances) {
            assembly.problems()
                    .alert(
                            draft.origin(),
                            "proxy '" + draft.name() + "' cannot use both transparent and balance mode.");
        }
        ServerAddress address = said.address;
        if (address == null) {
            if (said.transparent && !backend.balances) {
                InetSocketAddress anywhere = new InetSocketAddress("0.0.0.0", 0);
                sendAll(
                        draft,
                        backend,
                        anywhere,
                        true,
                        draft.origin().file() + ":" + draft.origin().line(),
                        assembly);
            }
            return;
        }
        if (backend.balances) {
            assembly.problems()
                    .warning(
                            draft.origin(),
                            "dispatch address of proxy '" + draft.name() + "' will be ignored in balance mode.");
            return;
        }
        InetAddress resolved = address.resolve();
        if (resolved == null) {
            assembly.problems().alert(draft.origin(), "'dispatch' : could not resolve its address.");
            return;
        }
        sendAll(draft, backend, new InetSocketAddress(resolved, address.port()), false, said.place, assembly);
    }

    /** @param theirs whether it is the client's own destination that is connected to, and not {@code to} */
    private static void sendAll(
            ProxyDraft draft,
            Backend.Builder backend,
            InetSocketAddress to,
            boolean theirs,
            String place,
            Assembly assembly) {
        Dialing written = new Dialing();
        SourceAddress source = SourceLines.of(draft);
        written.source = source == null ? null : source.forOneServer();
        written.toTheClientsDestination = theirs;
        Dialing dialing = written.complete(List.of());
        Server.Description description = new Server.Description(
                0,
                NO_SERVER,
                to,
                false,
                0,
                1,
                false,
                ServerLimits.NONE,
                PoolSettings.DEFAULT,
                Server.Shutdowns.NONE,
                dialing == Dialing.PLAIN ? List.of() : List.of(dialing),
                dialing,
                null,
                null,
                null,
                null,
                false,
                RingKey.ID,
                null,
                null,
                place);
        Server server = new Server(
                description,
                assembly.serverState(draft.name(), NO_SERVER, backend.state),
                draft.name(),
                assembly.nextServerIndex());
        backend.balancer = (facts, avoid) -> server;
    }
}
