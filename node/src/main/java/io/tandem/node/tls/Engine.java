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
        static final boolean NATIVE = load();

        private Holder() {}

        private static boolean load() {
            return OpenSsl.isAvailable();
        }
    }
}
