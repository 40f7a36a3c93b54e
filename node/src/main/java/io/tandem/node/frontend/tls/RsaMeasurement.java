// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.tandem.node.tls.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, once in the life of a process, who signs faster with RSA keys on this machine: BoringSSL, or the
 * {@link RsaProvider}. Until it is known BoringSSL does. Handshakes in memory decide, with a certificate of the configuration.
 */
final class RsaMeasurement {
    /** Leaves RSA to BoringSSL. */
    private static final String SWITCH = "tandem.tls.rsa";

    private static final int ROUNDS = 50;

    /** How much faster the provider has to be: less is noise. */
    private static final double LEAST_GAIN = 0.95;

    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private static volatile @Nullable Provider chosen; // written by the measuring thread, read by any

    private RsaMeasurement() {}

    /** The provider, once it is known to be faster; null for BoringSSL. */
    static @Nullable Provider provider() {
        return chosen;
    }

    /** Loads the provider now rather than when it is first measured. */
    static void load() {
        if (!isOff()) {
            RsaProvider.get();
        }
    }

    private static boolean isOff() {
        return "engine".equals(System.getProperty(SWITCH));
    }

    /** Measures in a thread of its own, the first time it is called; {@code then} is told there if the provider is chosen. */
    static void begin(Certificate certificate, Consumer<String> then) {
        if (isOff() || !Engine.isNative() || !BEGUN.compareAndSet(false, true)) {
            return;
        }
        Thread thread = new Thread(
                () -> {
                    Provider provider = RsaProvider.get();
                    String faster = provider == null ? null : faster(provider, certificate);
                    if (faster != null) {
                        chosen = provider;
                        then.accept(faster);
                    }
                },
                "tls-measure");
        thread.setDaemon(true);
        thread.start();
    }

    /** What was measured, where the provider is faster; else null. */
    static @Nullable String faster(Provider provider, Certificate certificate) {
        RsaSigner signer = RsaSigner.of(provider, certificate);
        if (signer == null) {
            return null;
        }
        try {
            List<Long> us = fastest(certificate, signer);
            return us.get(1) < LEAST_GAIN * us.get(0)
                    ? "tls rsa-signatures=corretto handshake-us=" + us.get(1) + " instead-of-us=" + us.get(0)
                    : null;
        } catch (IOException | GeneralSecurityException | RuntimeException unfit) {
            return null; // BoringSSL signs, as it did until now
        }
    }

    /**
     * Microseconds of a handshake that BoringSSL signs, and of one that {@code signer} does. The fastest of each: a machine that
     * starts is busy with other things.
     */
    static List<Long> fastest(Certificate certificate, RsaSigner signer) throws IOException, GeneralSecurityException {
        X509Certificate[] chain = certificate.chain().toArray(X509Certificate[]::new);
        SslContext plain = null;
        SslContext other = null;
        SslContext client = null;
        try {
            plain = SslContextBuilder.forServer(certificate.key(), chain)
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .build();
            other = SslContextBuilder.forServer(OpenSslX509KeyManagerFactory.newKeyless(chain))
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .option(OpenSslContextOption.PRIVATE_KEY_METHOD, signer)
                    .build();
            client = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.OPENSSL_REFCNT)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .option(OpenSslContextOption.GROUPS, new String[] {"X25519"}) // what both spend besides
                    .build();
            long engineNs = Long.MAX_VALUE;
            long outsideNs = Long.MAX_VALUE;
            for (int i = 0; i < ROUNDS; i++) {
                engineNs = Math.min(engineNs, handshakeNs(plain, client));
                outsideNs = Math.min(outsideNs, handshakeNs(other, client));
            }
            return List.of(engineNs / 1000, outsideNs / 1000);
        } finally {
            ReferenceCountUtil.release(plain);
            ReferenceCountUtil.release(other);
            ReferenceCountUtil.release(client);
        }
    }

    /** A whole handshake between two engines of this process. */
    private static long handshakeNs(SslContext serverSide, SslContext clientSide) throws SSLException {
        SSLEngine server = serverSide.newEngine(UnpooledByteBufAllocator.DEFAULT);
        SSLEngine client = clientSide.newEngine(UnpooledByteBufAllocator.DEFAULT);
        try {
            ByteBuffer toServer = ByteBuffer.allocateDirect(64 * 1024);
            ByteBuffer toClient = ByteBuffer.allocateDirect(64 * 1024);
            ByteBuffer clear = ByteBuffer.allocateDirect(64 * 1024);
            long startNs = System.nanoTime();
            client.beginHandshake();
            server.beginHandshake();
            for (int turn = 0; turn < 20 && !(isDone(client) && isDone(server)); turn++) {
                speak(client, toServer);
                listen(server, toServer, clear);
                speak(server, toClient);
                listen(client, toClient, clear);
            }
            if (!isDone(client) || !isDone(server)) {
                throw new SSLException("the handshake does not end");
            }
            return System.nanoTime() - startNs;
        } finally {
            ReferenceCountUtil.release(server);
            ReferenceCountUtil.release(client);
        }
    }

    private static boolean isDone(SSLEngine engine) {
        SSLEngineResult.HandshakeStatus status = engine.getHandshakeStatus();
        return status == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
                || status == SSLEngineResult.HandshakeStatus.FINISHED;
    }

    private static void speak(SSLEngine engine, ByteBuffer out) throws SSLException {
        tasks(engine);
        ByteBuffer nothing = ByteBuffer.allocate(0);
        for (int i = 0; i < 10 && engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP; i++) {
            engine.wrap(nothing, out);
            tasks(engine);
        }
    }

    private static void listen(SSLEngine engine, ByteBuffer in, ByteBuffer clear) throws SSLException {
        in.flip();
        for (int i = 0; i < 10; i++) {
            SSLEngineResult result =
                    engine.unwrap(in, clear); // once more than there are records: the engine ends only then
            tasks(engine);
            if (result.bytesConsumed() == 0) {
                break;
            }
        }
        in.compact();
    }

    private static void tasks(SSLEngine engine) {
        Runnable task;
        while ((task = engine.getDelegatedTask()) != null) {
            task.run();
        }
    }
}
