// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.testkit.Pems;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.TrustingClient;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates changed while they are served. The replies were seen on HAProxy 2.6.12. */
class CertificateCommandsTest {
    @TempDir
    Path directory;

    private @Nullable TestProxy started;
    private String rsa = "";
    private String ec = "";
    private String list = "";
    private int port;
    private List<Command> commands = List.of();

    @BeforeEach
    void start() throws Exception {
        port = Ports.reserved();
        rsa = Pems.write(directory, "rsa.pem", "rsa.crt", "rsa.key");
        ec = Pems.write(directory, "ec.pem", "ec.crt", "ec.key");
        list = directory.resolve("x.list").toString();
        Files.writeString(
                Path.of(list), rsa + "\n" + ec + " [ssl-min-ver TLSv1.2] first.test *.wild.test !no.wild.test\n");
        StringBuilder keys = new StringBuilder();
        for (int i = 1; i <= 3; i++) {
            byte[] key = new byte[48];
            Arrays.fill(key, (byte) i);
            keys.append(Base64.getEncoder().encodeToString(key)).append('\n');
        }
        Files.writeString(directory.resolve("tickets"), keys);
        started = TestProxy.start(
                "defaults\n    mode http\n    timeout client 5s\n    timeout connect 5s\n    timeout server 5s\n"
                        + "frontend f\n    bind 127.0.0.1:" + port + " ssl crt-list " + list + " tls-ticket-keys "
                        + directory
                        + "/tickets\n    http-request return status 200\n",
                1);
        commands = TlsFeature.commands(proxy().node());
    }

    @AfterEach
    void stop() {
        proxy().close();
    }

    private TestProxy proxy() {
        return Objects.requireNonNull(started);
    }

    private String ask(String line) {
        return ask(line, "");
    }

    private String ask(String line, String payload) {
        List<String> words = List.of(line.split(" ", -1));
        Command best = null;
        for (Command command : commands) {
            if ((line + " ").startsWith(command.name() + " ")) {
                best = command;
            }
        }
        StringBuilder answer = new StringBuilder();
        Objects.requireNonNull(best, line);
        int length = best.name().split(" ", -1).length;
        best.action().run(new Command.Arguments(words.subList(length, words.size()), payload), answer);
        return answer.toString();
    }

    private SSLSocket connect(String name) throws Exception {
        SSLContext client = TrustingClient.context();
        SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(5000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** The kind of key of the certificate a client is shown. */
    private String served(String name) throws Exception {
        try (SSLSocket socket = connect(name)) {
            return socket.getSession().getPeerCertificates()[0].getPublicKey().getAlgorithm();
        } catch (SSLException refused) {
            return "refused";
        }
    }

    @Test
    void aTransactionReplacesACertificateAndDropsNoConnection() throws Exception {
        try (SSLSocket before = connect("nobody.test")) {
            assertThat(served("nobody.test")).isEqualTo("RSA");
            assertThat(ask("set ssl cert " + rsa, Pems.read("ec-a.crt") + Pems.read("ec-a.key")))
                    .isEqualTo("Transaction created for certificate " + rsa + "!\n");
            assertThat(served("nobody.test")).isEqualTo("RSA");
            assertThat(ask("show ssl cert")).startsWith("# transaction\n*" + rsa + "\n# filename\n");
            assertThat(ask("commit ssl cert " + rsa)).isEqualTo("Committing " + rsa + ".\nSuccess!\n");
            assertThat(served("nobody.test")).isEqualTo("EC");
            before.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = before.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aKeyThatDoesNotFitIsNotCommitted() throws Exception {
        ask("set ssl cert " + rsa + ".key", Pems.read("other-rsa.key"));
        assertThat(ask("commit ssl cert " + rsa))
                .isEqualTo("inconsistencies between private key and certificate loaded '" + rsa + "'.\nCan't commit "
                        + rsa + "!\n");
        assertThat(served("nobody.test")).isEqualTo("RSA");
        assertThat(ask("abort ssl cert " + rsa)).isEqualTo("Transaction aborted for certificate '" + rsa + "'!\n");
        assertThat(ask("abort ssl cert " + rsa)).isEqualTo("No ongoing transaction!\n");
    }

    @Test
    void aNewCertificateIsServedOnceItStandsInAList() throws Exception {
        assertThat(ask("new ssl cert n.pem")).isEqualTo("New empty certificate store 'n.pem'!\n");
        assertThat(ask("add ssl crt-list " + list + " n.pem"))
                .isEqualTo("Can't edit the crt-list: certificate 'n.pem' is empty!\n");
        ask("set ssl cert n.pem", Pems.read("ec.crt") + Pems.read("ec.key"));
        assertThat(ask("commit ssl cert n.pem")).isEqualTo("Committing n.pem\nSuccess!\n");
        assertThat(ask("show ssl cert n.pem")).startsWith("Filename: n.pem\nStatus: Unused\nSerial: ");
        assertThat(served("new.test")).isEqualTo("RSA");
        assertThat(ask("add ssl crt-list " + list, "n.pem [ssl-min-ver TLSv1.2] new.test\n"))
                .isEqualTo("Inserting certificate 'n.pem' in crt-list '" + list + "'.\nSuccess!\n");
        assertThat(served("new.test")).isEqualTo("EC");
        assertThat(ask("show ssl crt-list -n " + list))
                .isEqualTo("# " + list + "\n" + rsa + ":1\n" + ec
                        + ":2 [ssl-min-ver TLSv1.2] first.test *.wild.test !no.wild.test\n"
                        + "n.pem:3 [ssl-min-ver TLSv1.2] new.test\n");
        assertThat(ask("del ssl cert n.pem")).contains("in use, can't be deleted!");
        assertThat(ask("del ssl crt-list " + list + " n.pem"))
                .isEqualTo("Entry 'n.pem' deleted in crtlist '" + list + "'!\n");
        assertThat(served("new.test")).isEqualTo("RSA");
        assertThat(ask("del ssl cert n.pem")).isEqualTo("Certificate 'n.pem' deleted!\n");
    }

    @Test
    void theDefaultCertificateStays() {
        assertThat(ask("del ssl crt-list " + list + " " + rsa))
                .startsWith(
                        "Can't delete the entry: certificate '" + rsa
                                + "' cannot be deleted, it is used as default certificate by the following frontends:\n\t- t.cfg:");
    }

    @Test
    void ticketKeysRotateByOne() {
        String key = Base64.getEncoder().encodeToString(new byte[48]);
        assertThat(ask("show tls-keys")).isEqualTo("# id (file)\n0 (" + directory + "/tickets)\n");
        assertThat(ask("set ssl tls-key #0 " + key)).isEqualTo("TLS ticket key updated!\n");
        assertThat(ask("show tls-keys #0")).endsWith("0.2 " + key + "\n").contains("0.0 AgIC");
        assertThat(ask("set ssl tls-key #0 AAAA")).isEqualTo("'set ssl tls-key' received a key of wrong size.\n");
    }

    @Test
    void changesWhileClientsConnectLoseNone() throws Exception {
        for (int i = 0; i < 10; i++) {
            boolean toEc = i % 2 == 0;
            ask(
                    "set ssl cert " + rsa,
                    Pems.read(toEc ? "ec-a.crt" : "rsa.crt") + Pems.read(toEc ? "ec-a.key" : "rsa.key"));
            assertThat(ask("commit ssl cert " + rsa)).endsWith("Success!\n");
            System.gc(); // contexts that nobody refers to are given back
            assertThat(served("nobody.test")).isEqualTo(toEc ? "EC" : "RSA");
        }
    }
}
