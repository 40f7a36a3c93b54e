// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ContentRulesTest {
    private static final LoadedText LOADED = LoadedText.of(
            """
            defaults
             mode tcp
            backend a
             server s 127.0.0.1:1
            backend b
             server s 127.0.0.1:1
            frontend f
             bind 127.0.0.1:1
             tcp-request inspect-delay 5s
             tcp-request content accept if { req.ssl_hello_type 1 }
             tcp-request content reject
             use_backend a if { req.ssl_sni -i a.example }
             default_backend b
            """);

    private static Verdict judge(Facts facts, byte[] content, int length, boolean last) {
        facts.content = content;
        facts.contentStart = 0;
        facts.contentEnd = length;
        facts.contentFinal = last;
        Verdict verdict = facts.frontend.contentRules().judge(facts);
        facts.contentFinal = true;
        return verdict;
    }

    private static Facts facts() {
        return new ExchangeByHand(LOADED, "f").facts;
    }

    @Test
    void waitsUntilTheHelloIsThereAndChoosesByItsName() {
        byte[] hello = clientHello("a.example");
        Facts facts = facts();

        assertThat(judge(facts, hello, 0, false)).isEqualTo(Verdict.WAIT);
        assertThat(judge(facts, hello, 3, false)).isEqualTo(Verdict.WAIT);
        assertThat(judge(facts, hello, hello.length, false)).isEqualTo(Verdict.ACCEPT);
        assertThat(facts.frontend.backendChoice().choose(facts)).hasFieldOrPropertyWithValue("name", "a");
    }

    @Test
    void whatIsNoTlsIsRejectedAtOnceAndSilenceWhenTheDelayIsOver() {
        byte[] http = "GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII);

        assertThat(judge(facts(), http, http.length, false)).isEqualTo(Verdict.CLOSE);
        assertThat(judge(facts(), http, 0, true)).isEqualTo(Verdict.CLOSE);
    }

    @Test
    void noBytesWhateverBreakTheReader() {
        Random random = new Random(7);
        byte[] hello = clientHello("some.name.example");
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = hello.clone();
            for (int n = random.nextInt(6); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Facts facts = reused;
            facts.reset();
            judge(facts, bytes, random.nextInt(bytes.length + 1), random.nextBoolean());
            facts.frontend.backendChoice().choose(facts);
        }
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > 2) {
                bytes[0] = 22;
                bytes[1] = 3;
            }
            reused.reset();
            judge(reused, bytes, bytes.length, random.nextBoolean());
            reused.frontend.backendChoice().choose(reused);
        }
    }

    private final Facts reused = facts();

    private static byte[] clientHello(String name) {
        byte[] host = name.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream extension = new ByteArrayOutputStream();
        u16(extension, 0);
        u16(extension, host.length + 5);
        u16(extension, host.length + 3);
        extension.write(0);
        u16(extension, host.length);
        extension.writeBytes(host);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        u16(body, 0x0303);
        body.writeBytes(new byte[32]);
        body.write(4);
        body.writeBytes(new byte[4]);
        u16(body, 2);
        u16(body, 0x1301);
        body.write(1);
        body.write(0);
        u16(body, extension.size() + 4);
        u16(body, 43);
        u16(body, 0);
        body.writeBytes(extension.toByteArray());
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.write(22);
        u16(record, 0x0301);
        u16(record, body.size() + 4);
        record.write(1);
        record.write(0);
        u16(record, body.size());
        record.writeBytes(body.toByteArray());
        return Arrays.copyOf(record.toByteArray(), record.size());
    }

    private static void u16(ByteArrayOutputStream out, int value) {
        out.write(value >> 8);
        out.write(value);
    }
}
