// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every expectation here is an answer of HAProxy 2.6. */
class NearestTest {
    private static final List<String> PROXY = List.of(
            "acl",
            "backend",
            "balance",
            "bind",
            "compression",
            "cookie",
            "default-server",
            "default_backend",
            "description",
            "disabled",
            "dispatch",
            "enabled",
            "errorfile",
            "errorfiles",
            "filter",
            "frontend",
            "http-request",
            "http-response",
            "log",
            "log-format",
            "maxconn",
            "mode",
            "monitor-uri",
            "option",
            "rate-limit",
            "redirect",
            "retries",
            "retry-on",
            "server",
            "stats",
            "stick",
            "stick-table",
            "tcp-check",
            "tcp-request",
            "timeout",
            "unique-id-format",
            "unique-id-header",
            "use-server",
            "use_backend");
    private static final List<String> BIND = List.of(
            "accept-netscaler-cip",
            "accept-proxy",
            "allow-0rtt",
            "alpn",
            "backlog",
            "ca-file",
            "ciphers",
            "ciphersuites",
            "crl-file",
            "crt",
            "crt-list",
            "defer-accept",
            "interface",
            "level",
            "maxconn",
            "mode",
            "name",
            "no-sslv3",
            "npn",
            "prefer-client-ciphers",
            "process",
            "proto",
            "tcp-ut",
            "tfo",
            "thread",
            "transparent",
            "uid",
            "user",
            "v4v6",
            "v6only",
            "verify");
    private static final List<String> OPTIONS = List.of(
            "abortonclose",
            "clitcpka",
            "dontlognull",
            "forwardfor",
            "http-keep-alive",
            "http-server-close",
            "httpchk",
            "httpclose",
            "httplog",
            "nolinger",
            "persist",
            "redispatch",
            "smtpchk",
            "splice-auto",
            "splice-request",
            "tcplog",
            "tcpka");

    @ParameterizedTest
    @CsvSource({
        "defualt_backend,default_backend",
        "frontnd,frontend",
        "bnd,bind",
        "binds,bind",
        "tiemout,timeout",
        "optoin,option",
        "moed,mode",
        "mdoe,mode",
        "balanc,balance",
        "blance,balance",
        "servr,server",
        "srever,server",
        "http-reqest,http-request",
        "http_request,http-request",
        "httprequest,http-request",
        "use_backnd,use_backend",
        "use-backend,use_backend",
        "maxcon,maxconn",
        "aclx,acl",
        "ac,acl",
        "xacl,acl",
        "cokie,cookie",
        "stiktable,stick-table",
        "logformat,log-format",
        "redirct,redirect",
        "sta,stats",
        "retreis,retries",
        "retry,retry-on",
        "http-respons,http-response",
        "tcpcheck,tcp-check",
        "filtr,filter",
        "disable,disabled",
        "Bind,bind",
        "MODE,mode",
        "unique-id,unique-id-header",
        "useserver,use-server",
        "foo,",
        "xyz,",
        "ab,",
        "forceclose,"
    })
    void findsTheKeywordThatWasMeant(String typo, String expected) {
        assertThat(Nearest.to(typo, PROXY).orElse(null)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "crtt,crt", "cert,crt", "crtlist,crt-list", "acceptproxy,accept-proxy", "nam,name", "prefr,",
                "transparant,transparent",
        "foo,tfo", "lvel,level", "ciphr,ciphers", "cafile,ca-file", "certfile,crl-file", "v6ol,v4v6", "tc-p,tcp-ut",
        "so7rje,", "keyfile,ca-file", "x,"
    })
    void findsTheBindOption(String typo, String expected) {
        assertThat(Nearest.to(typo, BIND).orElse(null)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "http-use-htx,httpclose",
        "dontlog,dontlognull",
        "forwarded,forwardfor",
        "http-chk,httpchk",
        "splice,splice-auto",
        "tcpsplice,splice-auto",
        "serverclose,http-server-close",
        "tunnel,",
        "http-keepalive,http-keep-alive"
    })
    void findsTheOption(String typo, String expected) {
        assertThat(Nearest.to(typo, OPTIONS).orElse(null)).isEqualTo(expected);
    }

    @Property
    void aKeywordIsNearestToItself(@ForAll("keywords") String keyword) {
        assertThat(Nearest.to(keyword, PROXY)).contains(keyword);
    }

    @Provide
    Arbitrary<String> keywords() {
        return Arbitraries.of(PROXY);
    }

    @Property
    void anyWordGetsAnAnswer(@ForAll String word) {
        assertThat(Nearest.hint(word, PROXY)).matches("|; did you mean '[a-z_-]+' maybe \\?");
    }
}
