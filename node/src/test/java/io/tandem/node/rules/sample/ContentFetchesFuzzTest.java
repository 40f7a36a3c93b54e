// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.fuzz.Fuzz;
import io.tandem.node.rules.ExchangeByHand;
import io.tandem.node.rules.Facts;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Fetches on bytes that a client or a server chose: what they find lies in these bytes, and stays found when more come. */
class ContentFetchesFuzzTest {
    private static final LoadedText LOADED =
            LoadedText.of("frontend f\n mode tcp\n bind 127.0.0.1:1\nbackend b\n mode tcp\n server s 127.0.0.1:2\n");

    private static final String[] WORDS = {
        "DIST00000001",
        "ARGV00000003",
        "DOTI0000000A",
        "DOTIFFFFFFFF",
        "0000",
        "\0",
        "\u0016\u0003\u0003\0",
        "\u00ff\u00ff"
    };

    private static final List<String> EXPRESSIONS = List.of(
            "distcc_param(DOTI)",
            "distcc_body(DOTI)",
            "distcc_body(ARGV,2)",
            "req.payload(0,5)",
            "payload(3,0)",
            "payload_lv(0,1)",
            "payload_lv(4,4)",
            "payload_lv(2,2,-1)",
            "payload_lv(1,8)",
            "req.rdp_cookie",
            "req.rdp_cookie_cnt(msts)");

    private static final List<Fetch> FETCHES =
            EXPRESSIONS.stream().map(ContentFetchesFuzzTest::compiled).toList();
    private static final Fetch SERVER_HELLO = compiled("res.ssl_hello_type");

    private static Fetch compiled(String text) {
        var proxy = LOADED.configuration().drafts().proxies().get(0);
        Expression expression = ExpressionParser.parse(text, new Site(proxy, null, "", proxy.origin(), null))
                .expression();
        return expression::evaluate;
    }

    @Test
    void whatIsFoundLiesInTheBytesAndStaysFound() {
        Fuzz.run("bytes seen by content rules", ContentFetchesFuzzTest::round);
    }

    private static void round(Random random) {
        String text = "DIST00000001ARGC00000002ARGV00000003gccARGV00000002-cDOTI0000000Bint main(){}";
        if (random.nextInt(3) == 0) {
            text = "\u0016\u0003\u0003\0*\u0002\0\0&" + "r".repeat(38);
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            text = Fuzz.mutate(random, text, WORDS);
        }
        byte[] bytes = Fuzz.bytes(text);
        Facts facts = new ExchangeByHand(LOADED, "f").facts;
        for (Fetch fetch : FETCHES) {
            check(facts, fetch, bytes);
        }
        check(facts, SERVER_HELLO, bytes);
    }

    private static void check(Facts facts, Fetch fetch, byte[] bytes) {
        Sample out = new Sample();
        boolean decided = false;
        boolean found = false;
        for (int end = 0; end <= bytes.length; end++) {
            facts.scratch.reset();
            facts.content = Fuzz.slice(bytes, 0, end); // bytes beyond would be an error
            facts.contentStart = 0;
            facts.contentEnd = end;
            facts.contentFinal = false;
            facts.incomplete = false;
            boolean now = fetch.fetch(facts, out);
            if (now && out.isBytes()) {
                assertThat(out.start).isBetween(0, out.end);
                assertThat(out.end).isLessThanOrEqualTo(out.bytes.length);
            }
            if (decided) {
                assertThat(now)
                        .as("after %s bytes of %s", end, Fuzz.show(bytes))
                        .isEqualTo(found);
            }
            if (!facts.incomplete) {
                decided = true;
                found = now;
            }
        }
        facts.contentFinal = true;
    }
}
