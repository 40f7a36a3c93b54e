// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.internal.tcnative.SSLContext;
import io.tandem.node.frontend.TlsFacts.Secret;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of one connection as the TLS engine names them in lines of an {@code SSLKEYLOGFILE} ({@code tune.ssl.keylog}):
 * {@code LABEL RANDOM SECRET}, in hexadecimal digits. BoringSSL calls while the handshake runs, on the connection's event loop.
 *
 * @see <a href="https://www.ietf.org/archive/id/draft-ietf-tls-keylogfile-02.html">The SSLKEYLOGFILE format</a>
 */
public final class KeyLog {
    /** Those whose connections are open; the engine tells secrets by the address of its connection. */
    private static final ConcurrentMap<Long, KeyLog> OPEN = new ConcurrentHashMap<>();

    private static final @Nullable VarHandle HANDLE = handle();

    private final Map<Secret, byte[]> secrets = new EnumMap<>(Secret.class);
    private final long connection;

    private KeyLog(long connection) {
        this.connection = connection;
    }

    /** Whether the TLS engine of this process tells secrets. */
    public static boolean isAvailable() {
        return Engine.isNative() && HANDLE != null;
    }

    /** Lets connections of {@code context}, which nobody else has yet, tell their secrets; nothing where its engine tells none. */
    public static void enable(SslContext context) {
        if (HANDLE != null && context instanceof ReferenceCountedOpenSslContext openSsl) {
            long handle = (long) HANDLE.get(openSsl);
            SSLContext.setKeyLogCallback(handle, (connection, line) -> {
                KeyLog log = OPEN.get(connection);
                if (log != null) {
                    log.take(line);
                }
            });
        }
    }

    /** Tcnative's handle of a context. Netty has the call, but no way to make it: what it shows is BoringSSL's own address. */
    private static @Nullable VarHandle handle() {
        try {
            return MethodHandles.privateLookupIn(ReferenceCountedOpenSslContext.class, MethodHandles.lookup())
                    .findVarHandle(ReferenceCountedOpenSslContext.class, "ctx", long.class);
        } catch (ReflectiveOperationException otherNetty) {
            return null;
        }
    }

    /** Keeps the secrets of {@code engine}'s connection from now until {@link #end}. */
    static KeyLog of(ReferenceCountedOpenSslEngine engine) {
        KeyLog log = new KeyLog(engine.sslPointer());
        OPEN.put(log.connection, log);
        return log;
    }

    /** The connection is closed: its address may be another's soon. */
    void end() {
        OPEN.remove(connection, this);
    }

    /** The secret in hexadecimal digits; null where there is none. */
    byte @Nullable [] secret(Secret which) {
        return secrets.get(which);
    }

    private void take(byte[] line) {
        int first = indexOfBlank(line, 0);
        int second = indexOfBlank(line, first + 1);
        if (second < line.length) {
            String label = new String(line, 0, first, StandardCharsets.US_ASCII);
            for (Secret secret : Secret.values()) {
                if (secret.label().equals(label)) {
                    secrets.put(secret, Arrays.copyOfRange(line, second + 1, line.length));
                }
            }
        }
    }

    private static int indexOfBlank(byte[] line, int from) {
        int at = from;
        while (at < line.length && line[at] != ' ') {
            at++;
        }
        return at;
    }
}
