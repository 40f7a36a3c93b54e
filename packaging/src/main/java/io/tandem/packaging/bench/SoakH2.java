// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP/2 in a soak: h2load again and again, in clear and over TLS; the time of each failure comes from its log. */
final class SoakH2 {
    private static final Pattern FAILED = Pattern.compile("\\d+ succeeded, (\\d+) failed");
    private static final int LIMIT_SECONDS = 60;
    private static final int OK = 200;

    private final Path log;
    private final SoakErrors errors;
    private final LongAdder done = new LongAdder();

    SoakH2(Path directory, SoakErrors errors) {
        log = directory.resolve("h2load.log");
        this.errors = errors;
    }

    long done() {
        return done.sum();
    }

    /** Five seconds at a moderate rate. */
    void run(String url) throws IOException, InterruptedException {
        Files.deleteIfExists(log);
        long startNs = System.nanoTime();
        // Its log counts from 1970, in microseconds.
        long originNs = startNs - TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        String said = Tool.run(
                List.of("h2load", "-t1", "-c4", "-m8", "-n2000", "--rps=100", "--log-file=" + log, url), LIMIT_SECONDS);
        long endNs = System.nanoTime();
        Matcher matcher = FAILED.matcher(said);
        if (!matcher.find()) {
            throw new IOException("h2load said: " + said);
        }
        long timed = 0;
        for (String line : Files.readAllLines(log)) {
            String[] columns = line.split("\t", -1);
            int status = Integer.parseInt(columns[1]);
            if (status == OK) {
                done.increment();
            } else {
                long fromNs = originNs + TimeUnit.MICROSECONDS.toNanos(Long.parseLong(columns[0]));
                timed++;
                errors.add(
                        status < 0 ? "reset" : "status " + status,
                        fromNs,
                        fromNs + TimeUnit.MICROSECONDS.toNanos(Long.parseLong(columns[2])));
            }
        }
        long untimed = Long.parseLong(matcher.group(1)) - timed;
        if (untimed > 0) {
            // never begun: their connection could not be had or was lost, which is no server's doing
            errors.add("not begun (" + url + ")", endNs, endNs, untimed);
        }
    }
}
