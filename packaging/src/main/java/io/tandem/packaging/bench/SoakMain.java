// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * {@code packaging/bench/soak [MINUTES]}: mixed traffic through one Tandem with a reload every 20 s and servers that come and go.
 * Every error must have an explanation, and nothing may grow. Ends with status 1 if that is not so.
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
        try (SoakWorld world = new SoakWorld(directory);
                SoakTraffic traffic = new SoakTraffic(world, minutes)) {
            passed = soak(world, traffic, minutes);
        }
        System.exit(passed ? 0 : 1);
    }

    private static boolean soak(SoakWorld world, SoakTraffic traffic, int minutes)
            throws IOException, InterruptedException {
        say(
                "soak: %d minutes, %s, %s",
                minutes, world.describe(), Machine.describe().lines().toList().get(1));
        SoakGauges gauges = new SoakGauges(world.pid());
        long startNs = System.nanoTime();
        int seconds = minutes * 60;
        for (int second = 1; second <= seconds && world.isAlive(); second++) {
            long until = startNs + second * 1_000_000_000L;
            while (System.nanoTime() - until < 0) {
                Thread.sleep(50);
            }
            traffic.judge();
            world.checkReload();
            if (second % RELOAD_SECONDS == 0) {
                world.reload();
            }
            world.flap(second);
            if (second % GAUGE_SECONDS == 0) {
                gauges.read(second);
                say("%4d s  %s  %s", second, gauges.latest(), traffic.summary());
            }
        }
        traffic.stop();
        Thread.sleep(300); // what a server's last death did is heard of by then
        traffic.judge();
        world.checkReload();
        int reloads = world.events().count(SoakEvents.Kind.RELOAD);
        say(
                "%nReloads: %d asked for, %d seen by a request; times a server went away: %d%n",
                world.reloadsAsked(), reloads, world.events().count(SoakEvents.Kind.SERVER_DIED));
        say("%s", traffic.report());
        say("%s", gauges.report());
        boolean alive = world.isAlive();
        boolean reloaded = reloads == world.reloadsAsked();
        boolean passed = alive && reloaded && traffic.unexplained() == 0 && gauges.nothingGrew();
        say(
                "%s",
                passed
                        ? "PASSED"
                        : "FAILED: " + (alive ? "" : "the proxy ended; ")
                                + (reloaded ? "" : "a reload did not happen; ")
                                + traffic.unexplained()
                                + " unexplained errors; " + (gauges.nothingGrew() ? "nothing grew" : "something grew"));
        if (!passed) {
            say("The proxy's last words:%n%s", world.lastWords());
        }
        return passed;
    }

    private static void say(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }
}
