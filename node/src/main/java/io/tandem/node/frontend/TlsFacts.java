// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

/** What rules and logs may ask about the TLS of a connection. */
public interface TlsFacts {
    /** The server name the client asked for, or the empty string. */
    String serverName();

    /** {@code TLSv1.3}, … */
    String protocol();

    /** The cipher suite by OpenSSL's name, such as {@code TLS_AES_256_GCM_SHA384}. */
    String cipher();

    /** The protocol ALPN agreed on, or the empty string. */
    String alpn();

    boolean isResumed();
}
