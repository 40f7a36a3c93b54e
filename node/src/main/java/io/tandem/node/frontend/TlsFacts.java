// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.tandem.node.tls.CertificateFacts;
import io.tandem.node.tls.HelloCapture;
import io.tandem.node.tls.verify.Findings;
import org.jspecify.annotations.Nullable;

/**
 * What rules and logs may ask about the TLS of a connection, the client's or the one to a server. Owned by the connection's
 * event loop. Arrays are shared, not to be changed.
 */
public interface TlsFacts {
    /** The server name that was asked for, or the empty string. */
    String serverName();

    /** {@code TLSv1.3}, … */
    String protocol();

    /** The cipher suite by OpenSSL's name, such as {@code TLS_AES_256_GCM_SHA384}. */
    String cipher();

    /** The protocol ALPN agreed on, or the empty string. */
    String alpn();

    boolean isResumed();

    /** What verification of the other side's certificate found. */
    default Findings findings() {
        return Findings.GOOD;
    }

    /** The other side's certificate, also where a session was resumed; null for none. */
    default @Nullable CertificateFacts peer() {
        return null;
    }

    /** Our own certificate; null for none. */
    default @Nullable CertificateFacts own() {
        return null;
    }

    /** The certificates that came with the other side's, one behind the other; null where there was no handshake in full. */
    default byte @Nullable [] chain() {
        return null;
    }

    /** A number or secret of the session; null where the engine does not tell, or is gone with its connection. */
    default byte @Nullable [] secret(Secret which) {
        return null;
    }

    /** What the client's first message said; null unless {@code tune.ssl.capture-buffer-size} asks to keep it. */
    default @Nullable HelloCapture hello() {
        return null;
    }

    /** The error that ended the handshake, in OpenSSL's numbers; 0 for none. */
    default long error() {
        return 0;
    }

    /** Numbers and secrets of a session. */
    enum Secret {
        SESSION_ID(""),
        MASTER_KEY(""),
        CLIENT_RANDOM(""),
        SERVER_RANDOM(""),
        CLIENT_EARLY_TRAFFIC("CLIENT_EARLY_TRAFFIC_SECRET"),
        CLIENT_HANDSHAKE_TRAFFIC("CLIENT_HANDSHAKE_TRAFFIC_SECRET"),
        SERVER_HANDSHAKE_TRAFFIC("SERVER_HANDSHAKE_TRAFFIC_SECRET"),
        CLIENT_TRAFFIC_0("CLIENT_TRAFFIC_SECRET_0"),
        SERVER_TRAFFIC_0("SERVER_TRAFFIC_SECRET_0"),
        EXPORTER("EXPORTER_SECRET"),
        EARLY_EXPORTER("EARLY_EXPORTER_SECRET");

        private final String label;

        Secret(String label) {
            this.label = label;
        }

        /** Its label in an {@code SSLKEYLOGFILE}, where {@code tune.ssl.keylog} is what makes it known; else empty. */
        public String label() {
            return label;
        }
    }
}
