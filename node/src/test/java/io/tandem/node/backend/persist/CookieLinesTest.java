// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.ExchangeByHand;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cookies, letters and messages were seen on HAProxy 2.6.12, server c down and balancing giving a. */
class CookieLinesTest {
    private static LoadedText load(String cookie) {
        return LoadedText.of(
                "defaults\n    mode http\nfrontend f\n    bind 127.0.0.1:1\n    default_backend b\nbackend b\n"
                        + "    " + cookie.replace(";;", "\n    ")
                        + "\n    server a 127.0.0.1:1 cookie A\n    server b 127.0.0.1:2 cookie B\n"
                        + "    server c 127.0.0.1:3 cookie C disabled\n    server d 127.0.0.1:4\n");
    }

    /** One exchange: the server, the letters, what the server saw as cookie, what the client gets as set-cookie. */
    private static String exchange(String lines, String cookie, @Nullable String setCookie, String method) {
        LoadedText loaded = load(lines);
        assertThat(loaded.messages()).isEmpty();
        Backend backend = loaded.backend("b");
        ExchangeByHand exchange = new ExchangeByHand(loaded, "f")
                .request(method + " / HTTP/1.1\nhost: x" + (cookie.isEmpty() ? "" : "\ncookie: " + cookie));
        Server wanted = backend.persistence().serverFor(exchange.facts);
        exchange.facts.server = wanted != null ? wanted : backend.servers().get(0);
        exchange.response("HTTP/1.1 200 OK" + (setCookie == null ? "" : "\nset-cookie: " + setCookie));
        backend.persistence().onResponse(exchange.facts);
        return exchange.facts.server.name() + " " + exchange.facts.cookieRequest + exchange.facts.cookieResponse + " "
                + exchange.values("cookie") + " " + exchange.responseValues("set-cookie");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            emptyValue = "",
            value = {
                "cookie SRV insert|''||a NI [] [SRV=A; path=/]",
                "cookie SRV insert|SRV=B||b VN [SRV=B] []",
                "cookie SRV insert|SRV=Z||a II [SRV=Z] [SRV=A; path=/]",
                "cookie SRV insert|SRV=C||a DI [SRV=C] [SRV=A; path=/]",
                "cookie SRV insert|SRV=B|SRV=foo; path=/x|b VD [SRV=B] []",
                "cookie SRV insert|''|SRV=foo; path=/x|a NI [] [SRV=A; path=/]",
                "cookie SRV insert|XSRV=B||a NI [XSRV=B] [SRV=A; path=/]",
                "cookie SRV insert|SRV=B; SRV=A||b VN [SRV=B; SRV=A] []",
                "cookie SRV insert indirect|x=1; SRV=B; y=2||b VN [x=1; y=2] []",
                "cookie SRV insert indirect|SRV=B; y=2||b VN [y=2] []",
                "cookie SRV insert indirect|x=1; SRV=B||b VN [x=1] []",
                "cookie SRV insert indirect|SRV=B||b VN [] []",
                "cookie SRV insert indirect|a=1;b=2;c=3;SRV=B||b VN [a=1;b=2;c=3] []",
                "cookie SRV insert indirect postonly preserve|''||a NN [] []",
                "cookie SRV insert indirect postonly preserve|SRV=A|SRV=foo; path=/x|a VP [] [SRV=foo; path=/x]",
                "cookie SRV insert httponly secure domain .x.y domain z.a attr SameSite=None|''||a NI []"
                        + " [SRV=A; path=/; domain=.x.y; domain=z.a; HttpOnly; Secure; SameSite=None]",
                "cookie SRV rewrite|''||a NN [] []",
                "cookie SRV rewrite|SRV=B|SRV=foo; path=/x|b VR [SRV=B] [SRV=B; path=/x]",
                "cookie SRV prefix|SRV=B|SRV=foo; path=/x|b VR [SRV=B] [SRV=B~foo; path=/x]",
                "cookie SRV prefix|x=1; SRV=B~foo; y=2||b VN [x=1; SRV=foo; y=2] []",
                "cookie SRV prefix|SRV=Z~foo||a IN [SRV=foo] []",
                "cookie SRV prefix|x=1;SRV = B ;y=2||b VN [x=1;SRV = B ;y=2] []",
                "cookie SRV|SRV=B||b -- [SRV=B] []",
                "cookie SRV insert indirect;;option persist|SRV=C||c DN [] []",
            })
    void bringsTheClientBackAsHaproxyDoes(String line, String cookie, @Nullable String setCookie, String outcome) {
        assertThat(exchange(line, cookie, setCookie, "GET")).isEqualTo(outcome);
    }

    @Test
    void aPostGetsTheCookieThatIsForPostsOnly() {
        assertThat(exchange("cookie SRV insert postonly", "", null, "POST")).isEqualTo("a NI [] [SRV=A; path=/]");
    }

    @Test
    void datesLimitHowLongACookieIsGood() {
        String lines = "cookie SRV insert maxidle 30m maxlife 8h";
        long nowS = System.currentTimeMillis() / 1000;
        String hourAgo = CookieDate.encode(nowS - 3600);
        String dayAgo = CookieDate.encode(nowS - 86_400);
        String minuteAgo = CookieDate.encode(nowS - 60);
        assertThat(exchange(lines, "", null, "GET")).matches("a NI \\[] \\[SRV=A\\|[^|]{5}\\|[^|]{5}; path=/]");
        assertThat(exchange(lines, "SRV=B", null, "GET")).startsWith("b VU");
        assertThat(exchange(lines, "SRV=B|" + hourAgo + "|" + hourAgo, null, "GET"))
                .startsWith("a EI");
        assertThat(exchange(lines, "SRV=B|" + minuteAgo + "|" + dayAgo, null, "GET"))
                .startsWith("a OI");
        assertThat(exchange(lines, "SRV=B|" + minuteAgo + "|" + hourAgo, null, "GET"))
                .startsWith("b VU")
                .endsWith("|" + hourAgo + "; path=/]");
    }

    @Property
    void datesSurviveTheirEncoding(@ForAll @LongRange(min = 0, max = 4_000_000_000L) long seconds) {
        byte[] text = CookieDate.encode(seconds).getBytes(StandardCharsets.US_ASCII);
        assertThat(CookieDate.decode(text, 0, text.length)).isEqualTo(seconds / 4 * 4);
    }

    @Property
    void noCookieBringsAnException(@ForAll @Size(max = 60) byte[] raw) {
        StringBuilder cookie = new StringBuilder();
        for (byte b : raw) {
            cookie.append("SRV=AB~|;; \t\"xyz".charAt((b & 0xff) % 16));
        }
        for (String line : new String[] {"cookie SRV insert indirect maxidle 1h maxlife 1h", "cookie SRV prefix"}) {
            assertThat(exchange(line, "x" + cookie, null, "GET")).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cookie|parsing [t.cfg:7] : 'cookie' expects <cookie_name> as argument.",
                "cookie S insert rewrite|parsing [t.cfg:7] : cookie 'rewrite', 'insert' and 'prefix' modes are"
                        + " incompatible.",
                "cookie S insert foo|parsing [t.cfg:7] : 'cookie' supports 'rewrite', 'insert', 'prefix', 'indirect',"
                        + " 'nocache', 'postonly', 'domain', 'maxidle', 'dynamic', 'maxlife' and 'attr' options.",
                "cookie S preserve|parsing [t.cfg:7] : cookie 'preserve' requires at least 'insert' or 'indirect'.",
                "cookie S insert maxidle x|parsing [t.cfg:7]: unexpected character 'x' in argument to <maxidle>.",
                "cookie S insert attr a;b|parsing [t.cfg:7]: character '%x3B' is not permitted in attribute value.",
                "cookie S insert domain foo|parsing [t.cfg:7]: domain 'foo' contains no embedded dot, this"
                        + " configuration may not work properly (see RFC6265#5.2.3).",
                "cookie S insert dynamic|parsing [t.cfg:7] : 'cookie dynamic' is not supported by this version of"
                        + " tandem",
            })
    void aMistakeIsWordedAsHaproxyWordsIt(String line, String message) {
        assertThat(load(line).messages()).containsExactly(message);
    }
}
