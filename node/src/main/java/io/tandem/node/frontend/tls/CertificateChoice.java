// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.handler.ssl.SslContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate a client gets: that of the exact name it asks for, of a wildcard for it, or the first one. Where a name
 * has certificates of both kinds, elliptic curves come first for clients that know them. Immutable.
 */
final class CertificateChoice {
    /** A certificate that is ready for use. */
    record Ready(Certificate certificate, SslContext context) {}

    private static final class Pair {
        private @Nullable SslContext ecdsa;
        private @Nullable SslContext other;

        /** The certificate read first stays. */
        void offer(Ready ready) {
            if (ready.certificate().isEcdsa()) {
                ecdsa = ecdsa == null ? ready.context() : ecdsa;
            } else {
                other = other == null ? ready.context() : other;
            }
        }

        @Nullable SslContext choose(boolean knowsEcdsa) {
            boolean takeEcdsa = other == null || (knowsEcdsa && ecdsa != null);
            return takeEcdsa ? ecdsa : other;
        }
    }

    private final Map<String, Pair> names = new HashMap<>();
    private final @Nullable SslContext first;
    private final boolean strict;

    /** @param strict whether a client that asks for no known name gets none */
    CertificateChoice(List<Ready> certificates, boolean strict) {
        this.strict = strict;
        first = certificates.isEmpty() ? null : certificates.get(0).context();
        for (Ready ready : certificates) {
            for (String name : ready.certificate().names()) {
                names.computeIfAbsent(name, n -> new Pair()).offer(ready);
            }
        }
    }

    /** The context to go on with, or null to refuse the client. */
    @Nullable SslContext choose(ClientHello hello) {
        Pair pair = names.get(hello.serverName());
        if (pair == null) {
            int dot = hello.serverName().indexOf('.');
            pair = dot > 0 ? names.get("*" + hello.serverName().substring(dot)) : null;
        }
        if (pair == null) {
            return strict ? null : first;
        }
        return pair.choose(hello.ecdsa());
    }

    /** The only context there is, where it does not depend on what the client says; else null. */
    @Nullable SslContext only(int certificates) {
        return strict || certificates != 1 ? null : first;
    }
}
