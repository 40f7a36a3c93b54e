// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.handler.ssl.OpenSsl;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import javax.net.ssl.SSLContext;

/** Which TLS engine this process has: BoringSSL, or the JDK's where that cannot be loaded. */
public final class Engine {
    private Engine() {}

    /** Whether it is BoringSSL. Loads it when first asked. */
    public static boolean isNative() {
        return Holder.NATIVE;
    }

    /** As {@code -vv} names it. */
    public static String name() {
        return isNative() ? OpenSsl.versionString() : "JDK " + System.getProperty("java.version");
    }

    public static Set<String> jdkSuites() {
        try {
            return Set.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no TLS", e);
        }
    }

    private static final class Holder {
        /** What BoringSSL and HAProxy refuse as well: it costs servers more than clients. */
        private static final String RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

        static final boolean NATIVE = load();

        private Holder() {}

        private static boolean load() {
            boolean present = OpenSsl.isAvailable();
            if (!present && System.getProperty(RENEGOTIATION) == null) {
                System.setProperty(RENEGOTIATION, "true"); // read by the JDK's engine when it is first used
            }
            return present;
        }
    }
}
