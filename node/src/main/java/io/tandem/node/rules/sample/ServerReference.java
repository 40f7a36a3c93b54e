// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerLines;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** A server named in a rule; looked up once, on first use, in the configuration the rule belongs to. */
public final class ServerReference {
    private final String backend;
    private final String server;
    private @Nullable Server found; // racy and idempotent

    private ServerReference(String backend, String server) {
        this.backend = backend;
        this.server = server;
    }

    static ServerReference of(String name, Site site, int position) {
        int slash = name.indexOf('/');
        String backend = slash < 0 ? site.proxy().name() : name.substring(0, slash);
        String server = name.substring(slash + 1);
        if (site.assembly() != null) {
            ProxyDraft draft = site.assembly().drafts().backend(backend).orElse(null);
            if (draft == null) {
                throw new BackendReference.Missing(
                        "unable to find proxy '" + backend + "' referenced in arg " + position);
            }
            if (!ServerLines.declares(draft, server)) {
                throw new BackendReference.Missing("unable to find server '" + server + "' in proxy '" + backend
                        + "', referenced in arg " + position);
            }
        }
        return new ServerReference(backend, server);
    }

    /** The server, or null where its backend is disabled. */
    public @Nullable Server in(Facts facts) {
        Server known = found;
        if (known == null) {
            known = facts.configuration
                    .backend(backend)
                    .flatMap(b -> b.server(server))
                    .orElse(null);
            found = known;
        }
        return known;
    }
}
