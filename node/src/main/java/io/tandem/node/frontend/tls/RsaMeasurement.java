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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
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

    private static final int ROUNDS = 25;

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

    /** Measures in a thread of its own, the first time it is called; {@code then} runs there if the provider is chosen. */
    static void begin(Certificate certificate, Runnable then) {
        if (isOff() || !Engine.isNative() || !BEGUN.compareAndSet(false, true)) {
            return;
        }
        Thread thread = new Thread(
                () -> {
                    Provider provider = RsaProvider.get();
                    if (provider != null && isFaster(provider, certificate)) {
                        chosen = provider;
                        then.run();
                    }
                },
                "tls-measure");
        thread.setDaemon(true);
        thread.start();
    }

    private static boolean isFaster(Provider provider, Certificate certificate) {
        SslContext plain = null;
        SslContext other = null;
        SslContext client = null;
        try {
            X509Certificate[] chain = certificate.chain().toArray(X509Certificate[]::new);
            RsaSigner signer = RsaSigner.of(provider, certificate);
            if (signer == null) {
                return false;
            }
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
                    .build();
            long[] engine = new long[ROUNDS];
            long[] outside = new long[ROUNDS];
            for (int i = 0; i < 2 * ROUNDS; i++) { // the first half warms up
                engine[i % ROUNDS] = handshakeNs(plain, client);
                outside[i % ROUNDS] = handshakeNs(other, client);
            }
            Arrays.sort(engine);
            Arrays.sort(outside);
            return outside[ROUNDS / 2] < LEAST_GAIN * engine[ROUNDS / 2];
        } catch (IOException | GeneralSecurityException | RuntimeException unfit) {
            return false; // BoringSSL signs, as it did until now
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
        for (int i = 0; i < 10 && in.hasRemaining(); i++) {
            int before = in.remaining();
            engine.unwrap(in, clear);
            tasks(engine);
            if (in.remaining() == before && engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
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
