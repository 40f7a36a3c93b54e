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
 * {@code dispatch}: where all connections go that persistence sends nowhere else, unless the section says {@code balance}. It
 * counts as no server: neither logs nor statistics name it.
 */
public final class DispatchLines implements Feature {
    private static final String NO_SERVER = "<NOSRV>";

    private static final class Said implements Facet {
        private @Nullable ServerAddress address;
        private String place = "";

        /** Not inherited: defaults have none. */
        @Override
        public Facet inherit() {
            return new Said();
        }
    }

    private static final FacetKey<Said> SAID = new FacetKey<>(Said.class, Said::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(Keyword.directive("dispatch", SectionKind.PROXIES)
                .arguments("ADDRESS:PORT")
                .doc("where connections go that no server takes")
                .as(DispatchLines::dispatch));
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
        ServerAddress address = said.address;
        if (address == null) {
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
        Server.Description description = new Server.Description(
                0, NO_SERVER, new InetSocketAddress(resolved, address.port()), 1, false, 0, said.place);
        Server server = new Server(
                description,
                assembly.serverState(draft.name(), NO_SERVER, backend.state),
                draft.name(),
                assembly.nextServerIndex());
        backend.balancer = (facts, avoid) -> server;
    }
}
