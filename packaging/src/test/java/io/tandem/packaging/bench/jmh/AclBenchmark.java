// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import io.tandem.node.rules.ExchangeByHand;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** An ACL on a header against 20 strings, with the rule that asks it; half of the requests match. */
@SuppressWarnings("NullAway.Init") // by JMH, and by load
public class AclBenchmark extends NanosecondsBenchmark {
    private static final int STRINGS = 20;

    /** A power of two. */
    private static final int REQUESTS = 64;

    @Param({"-m str", "-i -m str", "-m beg", "-i -m sub"})
    public String method;

    private final ExchangeByHand[] requests = new ExchangeByHand[REQUESTS];
    private int turn;

    /** The rule and its requests. */
    @Setup
    public void load() {
        String strings =
                IntStream.range(0, STRINGS).mapToObj(AclBenchmark::service).collect(Collectors.joining(" "));
        Subject subject = new Subject(
                " http-request set-log-level info if { req.hdr(x-service) " + method + " " + strings + " }");
        Random random = new Random(1);
        for (int i = 0; i < REQUESTS; i++) {
            requests[i] = subject.request(service(random.nextInt(2 * STRINGS)));
        }
    }

    private static String service(int number) {
        return "service-" + number + ".shop.example.com";
    }

    /** One request. */
    @Benchmark
    public Object judge() {
        ExchangeByHand request = requests[turn++ & REQUESTS - 1];
        request.facts.scratch.reset();
        return request.judge();
    }
}
