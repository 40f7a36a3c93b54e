// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code packaging/bench/soak [MINUTES]}: mixed traffic through one Tandem with a reload every 20 s and servers that come and go.
 * Every error must have an explanation (a server that went away, a stall of the machine measured outside of the proxy), and
 * nothing may grow. Ends with status 1 if that is not so.
 */
public final class SoakMain {
    private static final int DEFAULT_MINUTES = 30;
    private static final int RELOAD_SECONDS = 20;
    private static final int GAUGE_SECONDS = 15;

    private SoakMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int minutes = args.length == 0 ? DEFAULT_MINUTES : Integer.parseInt(args[0]);
        Path directory = Files.createTempDirectory("tandem-soak");
        boolean passed;
        SoakStalls stalls = new SoakStalls();
        try (SoakWorld world = new SoakWorld(directory);
                SoakStallWatch watch = new SoakStallWatch(world.pid(), stalls);
                SoakTraffic traffic = new SoakTraffic(world, minutes);
                SoakGauges gauges = new SoakGauges(world.pid(), directory, GAUGE_SECONDS)) {
            passed = soak(world, traffic, stalls, gauges, minutes);
        }
        System.exit(passed ? 0 : 1);
    }

    private static boolean soak(SoakWorld world, SoakTraffic traffic, SoakStalls stalls, SoakGauges gauges, int minutes)
            throws IOException, InterruptedException {
        say(
                "soak: %d minutes, %s, %s",
                minutes, world.describe(), Machine.describe().lines().toList().get(1));
        long startNs = System.nanoTime();
        int seconds = minutes * 60;
        for (int second = 1; second <= seconds && world.isAlive(); second++) {
            long until = startNs + second * 1_000_000_000L;
            while (System.nanoTime() - until < 0) {
                Thread.sleep(50);
            }
            traffic.judge(stalls);
            world.checkReload();
            if (second % RELOAD_SECONDS == 0) {
                world.reload();
            }
            world.flap(second);
            if (second % GAUGE_SECONDS == 0) {
                say("%4d s  %s  %s", second, gauges.latest(), traffic.summary());
            }
        }
        traffic.stop();
        Thread.sleep(300); // what a server's last death did is heard of by then
        traffic.judge(stalls);
        world.finishReloads();
        gauges.close();
        say("%n%s%n%s%n", world.describeEvents(), stalls.describe());
        say("%s%n%s", traffic.report(), gauges.report());
        List<String> troubles = troubles(world, traffic, gauges);
        if (troubles.isEmpty()) {
            say("PASSED");
        } else {
            say("FAILED: %s%nThe proxy's last words:%n%s", String.join("; ", troubles), world.lastWords());
        }
        return troubles.isEmpty();
    }

    private static List<String> troubles(SoakWorld world, SoakTraffic traffic, SoakGauges gauges) {
        List<String> troubles = new ArrayList<>();
        if (!world.isAlive()) {
            troubles.add("the proxy ended");
        }
        if (world.reloadsMissed() > 0) {
            troubles.add(world.reloadsMissed() + " reloads did not happen");
        }
        if (traffic.unexplained() > 0) {
            troubles.add(traffic.unexplained() + " unexplained errors");
        }
        if (!gauges.isConclusive()) {
            troubles.add("too few readings to say whether something grew");
        } else if (!gauges.nothingGrew()) {
            troubles.add("something grew");
        }
        return troubles;
    }

    private static void say(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }
}
