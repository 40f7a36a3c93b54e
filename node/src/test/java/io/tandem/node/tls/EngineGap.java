// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import org.junit.jupiter.api.Assumptions;

/**
 * What the engine of the JDK cannot do or does in its own way, in the words of {@link Fallback}: tests of it are BoringSSL's alone.
 * All others pass with either ({@code -Dsurefire.args=-Dio.netty.handler.ssl.noOpenSsl=true}).
 */
public enum EngineGap {
    /** RSA in another library; and the record layer of ours, which allocates nothing. */
    COST("costs more"),
    SHARED_TICKETS("knows no tickets shared by nodes or kept by files"),
    STAPLING("staples no OCSP responses"),
    PROPERTIES("has curves, versions and tickets as the JDK's security properties say"),
    NAMES("asks servers for host names only"),
    ALERTS("tells every client whose certificate it refuses 'certificate_unknown'"),
    HALF_CLOSE("no half-closed connections"),
    SECRETS("tells no secrets of connections"),
    BROKEN_RECORDS("meets broken records with an end or 'timeout client' in place of an alert");

    private final String said;

    EngineGap(String said) {
        this.said = said;
    }

    /** Whether this process has the gap. */
    public boolean isOpen() {
        return !Engine.isNative();
    }

    /** Skips the test that calls where the JDK's engine is in use. */
    public void endsTheTest() {
        Assumptions.assumeFalse(isOpen(), () -> "the engine of the JDK " + said);
    }

    /** The words. */
    String said() {
        return said;
    }
}
