// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * What a request allocates once the compilers are done: Java Flight Recorder over a million requests. The loop's thread says how
 * many bytes in all, samples say which and where.
 */
record AllocationCase(String name, String doc, Features features, Traffic traffic) implements Experiment {
    private static final long REQUESTS = 1_000_000;
    private static final int MOST_SECONDS = 120;
    private static final int LINES = 15;
    private static final int FRAMES = 6;

    @Override
    public List<Row> run(Bench bench) throws IOException, InterruptedException {
        bench.say("%s: %s", name, doc);
        Path recording = bench.directory().resolve(name + ".jfr");
        long wanted = bench.options().quick() ? REQUESTS / 10 : REQUESTS;
        long requests = 0;
        try (Contender contender = Contender.start(Kind.TANDEM, "0", features, 0, bench)) {
            String pid = Long.toString(contender.pid());
            int warm = bench.options().warmUpSeconds();
            double perSecond =
                    traffic.run(bench, features, contender.port(), warm).units() / (double) warm;
            Tool.run(List.of("jcmd", pid, "JFR.start", "name=requests", "settings=profile"), 60);
            traffic.run(bench, features, contender.port(), 2); // the recorder's own beginnings
            Tool.run(List.of("jcmd", pid, "JFR.dump", "name=requests", "filename=" + recording), 60); // a new chunk
            long deadline = System.nanoTime() + MOST_SECONDS * 1_000_000_000L;
            while (requests < wanted && System.nanoTime() - deadline < 0) {
                // as long as it takes: the connections' own objects shall not count more than once
                int seconds = (int) Math.min(MOST_SECONDS, 1 + (wanted - requests) / Math.max(1, perSecond));
                requests +=
                        traffic.run(bench, features, contender.port(), seconds).units();
            }
            Files.delete(recording);
            Tool.run(List.of("jcmd", pid, "JFR.dump", "name=requests", "filename=" + recording), 60);
        }
        return List.of(report(bench, recording, requests));
    }

    private Row report(Bench bench, Path recording, long requests) throws IOException {
        Map<Long, long[]> totals = new HashMap<>(); // thread: before the last chunk, at its end
        Map<String, Double> sites = new HashMap<>();
        double weight = 0;
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals("jdk.ThreadAllocationStatistics")) {
                    RecordedThread thread = event.getThread("thread");
                    if (thread != null && String.valueOf(thread.getJavaName()).startsWith("loop")) {
                        long allocated = event.getLong("allocated");
                        long[] range = totals.computeIfAbsent(thread.getId(), id -> new long[] {allocated, allocated});
                        range[0] = Math.min(range[0], allocated);
                        range[1] = Math.max(range[1], allocated);
                    }
                } else if (event.getEventType().getName().equals("jdk.ObjectAllocationSample")) {
                    RecordedThread thread = event.getThread();
                    if (thread != null && String.valueOf(thread.getJavaName()).startsWith("loop")) {
                        double bytes = event.getLong("weight");
                        weight += bytes;
                        sites.merge(site(event), bytes, Double::sum);
                    }
                }
            }
        }
        double bytes = totals.values().stream().mapToLong(r -> r[1] - r[0]).sum();
        double each = bytes / requests;
        double sampled = weight;
        bench.say("  %d requests, %.1f bytes each; where they come from:", requests, each);
        sites.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
                .limit(LINES)
                .forEach(site -> bench.say("  %5.1f %%  %s", 100 * site.getValue() / sampled, site.getKey()));
        return new Row(
                name,
                "bytes/request",
                each,
                Double.NaN,
                Double.NaN,
                Ratio.NONE,
                Ratio.NONE,
                Ratio.NONE,
                1,
                Double.NaN,
                requests + " requests after the warm-up, the recorder's own work included",
                Map.of("bytes", bytes));
    }

    private static String site(RecordedEvent event) {
        RecordedClass type = event.getClass("objectClass");
        StringBuilder site = new StringBuilder(type == null ? "?" : type.getName());
        if (event.getStackTrace() != null) {
            int shown = 0;
            for (RecordedFrame frame : event.getStackTrace().getFrames()) {
                if (shown++ == FRAMES) {
                    break;
                }
                String owner = frame.getMethod().getType().getName();
                site.append(String.format(
                        Locale.ROOT,
                        " < %s.%s:%d",
                        owner.substring(owner.lastIndexOf('.') + 1),
                        frame.getMethod().getName(),
                        frame.getLineNumber()));
            }
        }
        return site.toString();
    }
}
