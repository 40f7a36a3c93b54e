// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.fuzz.Fuzz;
import io.tandem.node.rules.ExchangeByHand;
import io.tandem.node.rules.Facts;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Converters fed with bytes that are nearly right: no exception, nothing read beyond the value, nothing longer than a sample. */
class ConverterFuzzTest {
    private static final int BUFFER = 16_384;

    private static final List<String> CHAINS = List.of(
            "json_query($.a.b[1])",
            "json_query($.a,int)",
            "jwt_header_query($.alg)",
            "jwt_payload_query($.a)",
            "jwt_payload_query",
            "jwt_verify(HS256,secret)",
            "jwt_verify(none,x)",
            "protobuf(1)",
            "protobuf(1.2.3,int32)",
            "ungrpc(1,double)",
            "fix_is_valid",
            "fix_tag_value(49)",
            "mqtt_is_valid",
            "mqtt_field_value(connect,username)",
            "mqtt_field_value(connack,17)",
            "b64dec",
            "ub64dec",
            "base64",
            "ub64enc",
            "url_dec(1)",
            "url_enc",
            "json(utf8s)",
            "json(utf8p)",
            "hex",
            "hex2i",
            "be2hex(:,3)",
            "be2dec(:,7)",
            "le2dec(:,8,1)",
            "language(en;fr;zh-Hant,xx)",
            "rfc7239_is_valid",
            "rfc7239_field(for)",
            "rfc7239_n2nn",
            "rfc7239_n2np",
            "param(a)",
            "host_only",
            "port_only",
            "field(-2,.)",
            "word(-2,.,2)",
            "aes_gcm_dec(128,MTIzNDU2Nzg5MDEy,a2V5a2V5a2V5a2V5a2V5aw==,MTIzNDU2Nzg5MDEyMzQ1Ng==)",
            "utime(%c%G%V%U%W%j)",
            "us_utime(%6N)",
            "xxh32",
            "xxh64",
            "xxh3",
            "wt6",
            "regsub(a*,b,g)",
            "ipmask(24,64)",
            "cut_crlf",
            "digest(sha3-256)");

    private static final String[] SEEDS = {
        "{\"a\":{\"b\":[1,\"x\\u00e9\\n\",{\"c\":-1.5e3}]},\"s\":[true,false,null]}",
        "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.AAAA",
        "8=FIX.4.2\u00019=10\u000135=A\u000149=x\u000110=161\u0001",
        "\u0010\u001b\0\u0004MQTT\u0005\u00c2\0<\u0003!\0\u0014\0\u0003cid\0\u0001u\0\u0001p",
        " \u0008\0\0\u0005\u0011\0\0\0\n",
        "\0\0\0\0\u000b\u0008\u0005\u0012\u0007\u0008\u0001\u0012\u0003abc",
        "da, en-gb;q=0.8, en;q=0.7",
        "for=\"[2001:db8::1]:47\";proto=https;host=\"a:80\"",
        "a%20b?c+d=%E9&a=1",
        "SGVsbG8gV29ybGQ=",
        "www.example.com:8080",
        "\u00c3\u00a9\u00e2\u0082\u00ac\u00f0\u009f\u0098\u0080",
        "1700000000",
        "-9223372036854775808"
    };

    private static final String[] WORDS = {
        "\0",
        "\u00ff",
        "\u00ff\u00ff\u00ff\u007f",
        "{",
        "[",
        "\"",
        "\\",
        "\\u0000",
        ".",
        "=",
        "\u0001",
        "%",
        ":",
        "1e999",
        "]]]]",
        "[[[["
    };

    private final LoadedText loaded = LoadedText.of("defaults\n mode http\n timeout client 1s\nfrontend f\n bind :1\n");
    private final ExchangeByHand exchange = new ExchangeByHand(loaded, "f").request("GET / HTTP/1.1\nHost: a");
    private final List<ConverterKind> kinds = new ArrayList<>();
    private final List<Converter> converters = new ArrayList<>();

    ConverterFuzzTest() {
        for (String chain : CHAINS) {
            int open = chain.indexOf('(');
            String name = open < 0 ? chain : chain.substring(0, open);
            ConverterKind kind =
                    Objects.requireNonNull(SampleKeywords.converter(name), name).meaning();
            ArgumentText text = new ArgumentText(chain, open + 1);
            Args args = open < 0 ? ArgumentText.none(kind.parameters(), site()) : text.read(kind.parameters(), site());
            kinds.add(kind);
            converters.add(kind.factory().make(args));
        }
    }

    private Site site() {
        var proxy = loaded.configuration().drafts().proxies().get(0);
        return new Site(proxy, null, "", proxy.origin(), null);
    }

    @Test
    void nearlyRightValuesAreConvertedOrNot() {
        Fuzz.run("converters", this::round);
    }

    private void round(Random random) {
        String text = Fuzz.oneOf(random, SEEDS);
        for (int i = random.nextInt(4); i > 0; i--) {
            text = Fuzz.mutate(random, text, WORDS);
        }
        if (random.nextInt(50) == 0 && !text.isEmpty()) {
            text = text.repeat(BUFFER / text.length() + 1).substring(0, BUFFER - random.nextInt(3));
        }
        byte[] bytes = Fuzz.bytes(text);
        Facts facts = exchange.facts;
        int chosen = random.nextInt(converters.size());
        facts.scratch.reset();
        Sample value = new Sample();
        value.set(SampleType.BINARY, bytes, 0, bytes.length);
        if (Casts.cast(kinds.get(chosen).accepts(), facts.scratch, value)
                && converters.get(chosen).convert(facts, value)
                && value.isBytes()) {
            assertThat(value.length()).as(CHAINS.get(chosen)).isBetween(0, BUFFER);
            assertThat(value.start).as(CHAINS.get(chosen)).isNotNegative();
            assertThat(value.end).as(CHAINS.get(chosen)).isLessThanOrEqualTo(value.bytes.length);
        }
    }
}
