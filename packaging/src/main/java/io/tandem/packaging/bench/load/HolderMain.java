// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * A process that holds connections: {@code HolderMain HOST PORT COUNT SOURCE[,SOURCE…]}. Each makes one request over TLS and
 * stays. Prints {@code ready FAILED}; at each line of input prints how many stand; ends with the input.
 */
public final class HolderMain {
    private static final int AT_A_TIME = 64;

    private HolderMain() {}

    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        InetSocketAddress target = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        int count = Integer.parseInt(args[2]);
        Generator generator = new Generator();
        Plan plan = Plan.closedLoop(target.getPort(), true, count, Duration.ZERO)
                .to(target)
                .from(List.of(args[3].split(",", -1)));
        Held held = generator.hold(plan, Math.min(AT_A_TIME, count));
        System.out.println("ready " + held.ready().get());
        while (true) {
            int c = System.in.read();
            if (c < 0) {
                return;
            }
            if (c == '\n') {
                System.out.println("standing " + held.standing());
            }
        }
    }
}
