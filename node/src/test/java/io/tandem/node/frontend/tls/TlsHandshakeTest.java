// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.frontend.listen.TlsStage;
import io.tandem.node.loop.Loops;
import io.tandem.node.testkit.Pems;
import io.tandem.node.testkit.TrustingClient;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes over loopback, the JDK's TLS on the client's side. */
class TlsHandshakeTest {
    @TempDir
    Path directory;

    private final Loops loops = Loops.start(1);
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

    @BeforeEach
    void setUp() throws Exception {
        Pems.write(directory, "1-rsa.pem", "rsa.crt", "rsa.key");
        Pems.write(directory, "2-ec.pem", "ec.crt", "ec.key");
        Pems.write(directory, "3-ec-a.pem", "ec-a.crt", "ec-a.key");
    }

    @AfterEach
    void stop() {
        loops.close();
    }

    private int serve(String options) {
        LoadedText loaded = LoadedText.of(
                "frontend f\n    bind 127.0.0.1:1 ssl " + options.replace("@", directory.toString()) + "\n");
        assertThat(loaded.messages()).isEmpty();
        TlsStage stage = Objects.requireNonNull(loaded.configuration()
                .frontend("f")
                .orElseThrow()
                .binds()
                .get(0)
                .tls());
        Channel server = new ServerBootstrap()
                .group(loops.get(0).eventLoop())
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        TlsFacts facts = stage.secure(channel, loops.get(0), 0);
                        channel.pipeline().addLast(new Echo(facts));
                    }
                })
                .bind(new InetSocketAddress("127.0.0.1", 0))
                .syncUninterruptibly()
                .channel();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    private final class Echo extends ChannelInboundHandlerAdapter {
        private final TlsFacts facts;

        Echo(TlsFacts facts) {
            this.facts = facts;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done) {
                events.add(done.isSuccess() ? facts : done.cause());
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ReferenceCountUtil.release(cause);
            ctx.close();
        }
    }

    /** Shakes hands, exchanges a byte and answers the server's certificate. */
    private static X509Certificate connect(int port, String name, String... protocols) throws Exception {
        return connect(TrustingClient.context(), port, name, protocols);
    }

    private static X509Certificate connect(SSLContext client, int port, String name, String... protocols)
            throws IOException {
        try (SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(5000);
            SSLParameters parameters = socket.getSSLParameters();
            if (!name.isEmpty()) {
                parameters.setServerNames(List.of(new SNIHostName(name)));
            }
            if (protocols.length > 0) {
                parameters.setProtocols(protocols);
            }
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.getOutputStream().write(42);
            assertThat(socket.getInputStream().read()).isEqualTo(42);
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private TlsFacts facts() throws InterruptedException {
        Object event = events.poll(5, TimeUnit.SECONDS);
        assertThat(event).isInstanceOf(TlsFacts.class);
        return (TlsFacts) event;
    }

    @Test
    void oneCertificateServesEveryNameAndTheFactsAreTold() throws Exception {
        int port = serve("crt @/1-rsa.pem alpn http/1.1");
        X509Certificate seen = connect(port, "any.thing");
        assertThat(seen.getSubjectX500Principal().getName()).isEqualTo("CN=a.example");
        TlsFacts facts = facts();
        assertThat(facts.serverName()).isEqualTo("any.thing");
        assertThat(facts.protocol()).isEqualTo("TLSv1.3");
        assertThat(facts.cipher()).startsWith("TLS_");
        assertThat(facts.alpn()).isEqualTo("http/1.1");
        assertThat(facts.isResumed()).isFalse();
    }

    @Test
    void olderClientsAreToldByOpenSslsNameOfTheCipher() throws Exception {
        int port = serve("crt @/1-rsa.pem ciphers ECDHE-RSA-AES128-GCM-SHA256");
        connect(port, "a.example", "TLSv1.2");
        assertThat(facts().cipher()).isEqualTo("ECDHE-RSA-AES128-GCM-SHA256");
    }

    @Test
    void theNameAskedForDecidesAmongCertificates() throws Exception {
        int port = serve("crt @");
        assertThat(connect(port, "b.example").getSubjectX500Principal().getName())
                .isEqualTo("CN=b.example");
        assertThat(facts().serverName()).isEqualTo("b.example");
        assertThat(connect(port, "x.wild.example").getPublicKey().getAlgorithm())
                .isEqualTo("RSA");
        assertThat(connect(port, "x.y.wild.example").getPublicKey().getAlgorithm())
                .isEqualTo("RSA");
        assertThat(connect(port, "unknown.example").getPublicKey().getAlgorithm())
                .isEqualTo("RSA");
        assertThat(connect(port, "").getPublicKey().getAlgorithm()).isEqualTo("RSA");
        assertThat(connect(port, "A.example").getPublicKey().getAlgorithm()).isEqualTo("EC");
    }

    @Test
    void clientsWithoutANameGetTheDefaultCertificateWhereverItStands() throws Exception {
        int port = serve("crt @/1-rsa.pem default-crt @/2-ec.pem alpn h2 no-alpn");
        assertThat(connect(port, "").getSubjectX500Principal().getName()).isEqualTo("CN=b.example");
        assertThat(facts().alpn()).isEmpty();
        assertThat(connect(port, "unknown.example").getSubjectX500Principal().getName())
                .isEqualTo("CN=b.example");
        assertThat(connect(port, "a.example").getSubjectX500Principal().getName())
                .isEqualTo("CN=a.example");
    }

    @Test
    void strictSniRefusesUnknownNames() throws Exception {
        int port = serve("crt @ strict-sni");
        connect(port, "b.example");
        assertThatThrownBy(() -> connect(port, "unknown.example")).isInstanceOf(SSLException.class);
        facts();
        assertThat(events.poll(5, TimeUnit.SECONDS)).isInstanceOf(SSLException.class);
    }

    @Test
    void aClientResumesWithATicket() throws Exception {
        int port = serve("crt @/1-rsa.pem");
        SSLContext client = TrustingClient.context();
        connect(client, port, "a.example");
        assertThat(facts().isResumed()).isFalse();
        connect(client, port, "a.example");
        assertThat(facts().isResumed()).isTrue();
    }

    @Test
    void aNameWithoutCertificateGetsOneThatIsMadeOnceAndOffTheLoop() throws Exception {
        int port = serve("crt @/1-rsa.pem generate-certificates ca-sign-file @/3-ec-a.pem");
        List<CompletableFuture<X509Certificate>> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String name = "made" + i % 2 + ".example";
            clients.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return connect(port, name);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        Set<BigInteger> serials = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            X509Certificate seen = clients.get(i).get(10, TimeUnit.SECONDS);
            assertThat(seen.getSubjectX500Principal().getName()).isEqualTo("CN=made" + i % 2 + ".example");
            serials.add(seen.getSerialNumber());
        }
        assertThat(serials).hasSize(2);
        assertThat(Thread.getAllStackTraces().keySet())
                .anyMatch(thread -> thread.getName().equals("tandem-signer"));
        assertThat(connect(port, "a.example").getSubjectX500Principal().getName())
                .isEqualTo("CN=a.example");
    }

    @Test
    void versionsOutsideTheBoundsAreRefused() throws Exception {
        int port = serve("crt @/1-rsa.pem ssl-min-ver TLSv1.3");
        assertThatThrownBy(() -> connect(port, "a.example", "TLSv1.2")).isInstanceOf(SSLException.class);
        assertThat(events.poll(5, TimeUnit.SECONDS)).isInstanceOf(SSLException.class);
    }

    @Test
    void aClientWithoutCertificateIsRefusedWhereOneIsRequired() throws Exception {
        Pems.write(directory, "ca.crt", "rsa.crt");
        int port = serve("crt @/1-rsa.pem verify required ca-file @/ca.crt");
        assertThatThrownBy(() -> connect(port, "a.example")).isInstanceOf(IOException.class);
        assertThat(events.poll(5, TimeUnit.SECONDS)).isInstanceOf(SSLException.class);
    }

    @Test
    void bytesThatAreNoHandshakeAreAFailedHandshake() throws Exception {
        int port = serve("crt @");
        try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
            socket.setSoTimeout(5000);
            socket.getOutputStream()
                    .write("GET / HTTP/1.0\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(events.poll(5, TimeUnit.SECONDS)).isInstanceOf(SSLException.class);
        }
    }
}
