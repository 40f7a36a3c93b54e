// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each option of {@code bind} and each line of {@code global} about TLS, without argument, with a right one and with wrong ones:
 * {@code -c} says what haproxy says. Behind {@code =>} stands what ours says besides, because the option has no effect here.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BindLinesDifferentialTest {
    private static final List<String> BIND = List.of(
            "accept-netscaler-cip",
            "accept-netscaler-cip 0",
            "accept-netscaler-cip x",
            "accept-netscaler-cip 4660",
            "accept-proxy",
            "backlog",
            "backlog 0",
            "backlog -1",
            "backlog x",
            "backlog 10",
            "defer-accept",
            "expose-fd",
            "expose-fd x",
            "expose-fd listeners => 'expose-fd' has no effect",
            "gid",
            "gid x",
            "gid 0",
            "uid",
            "uid -1",
            "group",
            "group nosuchgroup",
            "group root",
            "user",
            "user nosuchuser",
            "user root",
            "id",
            "id 0",
            "id -1",
            "id x",
            "id 7x",
            "id 7",
            "interface",
            "interface lo",
            "level",
            "level x",
            "level admin => 'level' has no effect",
            "severity-output",
            "severity-output x",
            "severity-output none => 'severity-output' has no effect",
            "maxconn",
            "maxconn -1",
            "maxconn 0",
            "maxconn x",
            "maxconn 10",
            "mode",
            "mode 9",
            "mode x",
            "mode 600",
            "mss",
            "mss 0",
            "mss x",
            "mss 70000",
            "mss -70000",
            "mss -10",
            "mss 1400",
            "name",
            "name x",
            "namespace",
            "namespace nosuchnamespace",
            "nice",
            "nice 2000",
            "nice -2000",
            "nice x => 'nice' has no effect",
            "nice 5 => 'nice' has no effect",
            "process",
            "process 2",
            "process x",
            "process 1",
            "process all",
            "process odd",
            "process 1/x",
            "process 1/1",
            "proto",
            "proto x",
            "proto h1",
            "proto fcgi",
            "proto h2",
            "proto none",
            "shards",
            "shards 0",
            "shards x",
            "shards 100000",
            "shards by-thread",
            "shards 2",
            "tcp-ut",
            "tcp-ut x",
            "tcp-ut -1",
            "tcp-ut 5x",
            "tcp-ut 5s",
            "tfo",
            "thread",
            "thread x",
            "thread 1",
            "thread 1/1",
            "thread 1/x",
            "thread 2/1",
            "thread x/1",
            "thread 1/",
            "thread 65",
            "transparent",
            "v4v6",
            "v6only",
            "nothing",
            "aloha");

    private static final List<String> SECURE = List.of(
            "allow-0rtt => 'allow-0rtt' has no effect",
            "alpn",
            "alpn h2,http/1.1",
            "alpn h2,,http/1.1",
            "curves",
            "curves foo",
            "curves P-256",
            "curves X25519:P-256",
            "ecdhe",
            "ecdhe foo",
            "ecdhe prime256v1",
            "ecdhe P-256",
            "ca-file",
            "ca-file /nope",
            "ca-file @/leaf.key",
            "ca-file @/root.crt",
            "ca-file @system-ca",
            "ca-sign-file",
            "ca-sign-file /nope",
            "ca-sign-pass",
            "ca-sign-pass x",
            "generate-certificates",
            "generate-certificates ca-sign-file /nope",
            "generate-certificates ca-sign-file @/root.crt",
            "ciphers",
            "ciphers foo",
            "ciphers HIGH:!aNULL",
            "ciphersuites",
            "ciphersuites foo",
            "ciphersuites TLS_AES_128_GCM_SHA256 => 'ciphersuites TLS_AES_128_GCM_SHA256' has no effect",
            "crt",
            "crt /nope",
            "crt @/root.crt",
            "crt @/leaf.key",
            "crt @/garbage",
            "crt @/twice.pem",
            "crt-list",
            "crt-list /nope",
            "crt-list @/empty.list",
            "crt-list @/garbage",
            "crt-list @/bad-option.list",
            "crt-list @/bad-file.list",
            "crt-list @/open.list",
            "crt-list @/good.list",
            "crt-list @/filters.list",
            "crt-list @/long.list",
            "crt-list @/two-lists.list",
            "crt-list @/missing.list",
            "force-sslv3",
            "force-tlsv10",
            "force-tlsv11",
            "force-tlsv12",
            "force-tlsv13",
            "no-sslv3",
            "no-tlsv10",
            "no-tlsv11 no-tlsv12",
            "no-tlsv12",
            "no-tls-tickets",
            "npn",
            "npn http/1.1 => 'npn' has no effect",
            "prefer-client-ciphers",
            "ssl-max-ver",
            "ssl-max-ver x",
            "ssl-max-ver SSLv3",
            "ssl-max-ver TLSv1.2",
            "ssl-max-ver TLSv1.1",
            "ssl-max-ver TLSv1.1 no-tlsv11",
            "crt-list @/old.list",
            "ssl-min-ver",
            "ssl-min-ver tlsv1.2",
            "ssl-min-ver TLSv1.3",
            "strict-sni",
            "tls-ticket-keys",
            "tls-ticket-keys /nope",
            "tls-ticket-keys @/empty.list",
            "tls-ticket-keys @/garbage",
            "tls-ticket-keys @/short.keys",
            "tls-ticket-keys @/two.keys",
            "tls-ticket-keys @/mixed.keys",
            "tls-ticket-keys @/three.keys",
            "tls-ticket-keys @/blank.keys",
            "tls-ticket-keys @/open.keys",
            "verify none",
            "no-ca-names");

    private static final List<String> GLOBAL = List.of(
            "ca-base",
            "ca-base /a",
            "ca-base /a /b",
            "ca-base /a\n ca-base /b",
            "crt-base",
            "crt-base /a\n crt-base /b",
            "issuers-chain-path",
            "issuers-chain-path /nope",
            "issuers-chain-path @/chains",
            "ssl-default-bind-ciphers",
            "ssl-default-bind-ciphers a b",
            "ssl-default-bind-ciphers foo",
            "ssl-default-bind-ciphersuites",
            "ssl-default-bind-ciphersuites a b",
            "ssl-default-bind-curves",
            "ssl-default-bind-curves a b",
            "ssl-default-bind-options",
            "ssl-default-bind-options x",
            "ssl-default-bind-options ssl-min-ver",
            "ssl-default-bind-options ssl-min-ver x",
            "ssl-default-bind-options no-sslv3 no-tls-tickets ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.3",
            "ssl-default-bind-options prefer-client-ciphers",
            "ssl-dh-param-file",
            "ssl-dh-param-file /nope",
            "ssl-load-extra-del-ext",
            "ssl-load-extra-files",
            "ssl-load-extra-files x",
            "ssl-load-extra-files none all",
            "ssl-load-extra-files bundle ocsp",
            "ssl-load-extra-files none",
            "ssl-mode-async => 'ssl-mode-async' has no effect",
            "ssl-propquery",
            "ssl-provider",
            "ssl-provider-path",
            "ssl-provider-path /x => 'ssl-provider-path' has no effect",
            "ssl-skip-self-issued-ca",
            "maxsslconn",
            "maxsslconn x",
            "maxsslconn 10",
            "maxsslrate",
            "maxsslrate 10",
            "tune.ssl.cachesize",
            "tune.ssl.cachesize x",
            "tune.ssl.cachesize -1",
            "tune.ssl.cachesize 10",
            "tune.ssl.cachesize 10 20",
            "tune.ssl.capture-buffer-size 10 20",
            "tune.ssl.default-dh-param",
            "tune.ssl.default-dh-param x",
            "tune.ssl.default-dh-param 2048 => 'tune.ssl.default-dh-param' has no effect",
            "tune.ssl.force-private-cache => 'tune.ssl.force-private-cache' has no effect",
            "tune.ssl.force-private-cache x",
            "tune.ssl.keylog",
            "tune.ssl.keylog x",
            "tune.ssl.keylog on off",
            "tune.ssl.keylog off",
            "tune.ssl.keylog on",
            "tune.ssl.lifetime",
            "tune.ssl.lifetime x",
            "tune.ssl.lifetime 10",
            "tune.ssl.lifetime 10 20",
            "tune.ssl.lifetime 5m",
            "tune.ssl.lifetime 99999999999s",
            "tune.ssl.maxrecord",
            "tune.ssl.maxrecord x",
            "tune.ssl.maxrecord -1",
            "tune.ssl.maxrecord 1400",
            "tune.ssl.maxrecord 20000",
            "tune.ssl.hard-maxrecord",
            "tune.ssl.hard-maxrecord -1",
            "tune.ssl.hard-maxrecord 1400",
            "tune.ssl.ssl-ctx-cache-size",
            "tune.ssl.ssl-ctx-cache-size -1",
            "tune.ssl.ssl-ctx-cache-size 10");

    @TempDir
    private static @Nullable Path directory;

    @BeforeAll
    void files() throws Exception {
        InstalledHaproxy.assumeInstalled();
        Path home = requireNonNull(directory);
        Pki pki = new Pki(home);
        Path good = pki.leaf("good", "/CN=good", "root", "");
        Files.createDirectory(home.resolve("chains"));
        write("garbage", "\1\2-----BEGIN nothing\n");
        write("empty.list", "");
        write("twice.pem", Files.readString(good).repeat(2));
        write("bad-option.list", good + " [nosuch]\n");
        write("bad-file.list", "# names\n\n/nope\n");
        write("open.list", good + " [alpn h2\n");
        write("good.list", good + " [alpn h2 ssl-min-ver TLSv1.2] *.good.example !a.good.example\n");
        write("filters.list", good + " a b c\n");
        write("long.list", good + " " + "a".repeat(70_000) + "\n");
        write("old.list", good + " [ssl-max-ver TLSv1.1]\n");
        write("two-lists.list", good + " [alpn h2] [alpn h2]\n");
        write("missing.list", "  [alpn h2] x\n");
        String key = "A".repeat(64);
        write("short.keys", "QUJD\n".repeat(3));
        write("two.keys", (key + "\n").repeat(2));
        write("three.keys", (key + "\n").repeat(3));
        write("blank.keys", (key + "\n").repeat(3) + "\n");
        write("open.keys", (key + "\n").repeat(2) + key);
        write("mixed.keys", key + "\n" + "A".repeat(106) + "==\n" + key + "\n");
    }

    private static void write(String name, String text) throws Exception {
        Files.writeString(requireNonNull(directory).resolve(name), text);
    }

    @Test
    void optionsOfListenersAreJudgedAsByHaproxy() throws Exception {
        CheckedBeside beside = new CheckedBeside(requireNonNull(directory));
        beside.compareAll(BIND, "frontend fe%d\n bind 127.0.0.1:1 %s\n", "");
        beside.compareAll(
                List.of("proto h1", "proto h2", "proto none", "proto fcgi", "proto x", "proto"),
                "frontend fe%d\n mode http\n bind 127.0.0.1:1 %s\n",
                "");
        assertThat(beside.differences()).isEmpty();
    }

    @Test
    void optionsOfTlsListenersAreJudgedAsByHaproxy() throws Exception {
        CheckedBeside beside = new CheckedBeside(requireNonNull(directory));
        beside.compareAll(SECURE, "frontend fe%d\n bind 127.0.0.1:1 ssl crt @/good.pem %s\n", "");
        assertThat(beside.differences()).isEmpty();
    }

    @Test
    void linesOfGlobalAreJudgedAsByHaproxy() throws Exception {
        CheckedBeside beside = new CheckedBeside(requireNonNull(directory));
        beside.compareAll(GLOBAL, "global\n %s\n", "frontend fe\n bind 127.0.0.1:1 ssl crt @/good.pem\n");
        assertThat(beside.differences()).isEmpty();
    }
}
