// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.packaging.lab.Lab;
import io.tandem.packaging.lab.LabBuilder;
import io.tandem.packaging.lab.LabCommand;
import io.tandem.packaging.lab.Progress;
import io.tandem.packaging.lab.Topology;
import io.tandem.packaging.lab.node.Node;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** {@code tandem lab drill}: a lab, a load, and the same fault again and again. */
public final class Drill {
    private static final int HTTP_PORT = 80;

    private Drill() {}

    /** Runs the drill and prints its report; returns the exit status. */
    public static int run(LabCommand.Drill drill, String network, Path directory) throws IOException {
        Progress progress = new Progress(System.out);
        Topology topology = Topology.of(drill.options().nodes(), network);
        LabBuilder builder = new LabBuilder(drill.options(), directory, progress);
        Lab lab = builder.build(
                topology,
                DrillConfiguration.haproxyCfg(topology, drill.options().engine()));
        builder.startNodes(lab);
        List<DrillReport> reports = new ArrayList<>();
        try {
            measure(drill, lab, progress, reports);
            return 0;
        } catch (IOException e) {
            for (Node node : lab.nodes()) {
                System.out.println(LabBuilder.lastWords(node));
            }
            throw e;
        } finally {
            // What was measured before one that failed took its time, too.
            reports.forEach(report -> System.out.print("\n" + report.summary()));
            if (drill.json()) {
                reports.forEach(report -> System.out.println(report.json()));
            }
        }
    }

    private static void measure(LabCommand.Drill drill, Lab lab, Progress progress, List<DrillReport> reports)
            throws IOException {
        InetSocketAddress target = new InetSocketAddress(lab.topology().floating(), HTTP_PORT);
        long seed = System.nanoTime();
        Clients clients = new Clients(new Random(seed));
        try (Prober prober = Prober.start(lab.client(), target);
                Load load = Load.start(lab.client(), target, drill.ratePerSecond(), clients);
                AddressSampler sampler =
                        AddressSampler.start(lab.holdersOf(lab.topology().floating()))) {
            Cluster cluster = new Cluster(lab, prober, drill.options().preempt());
            progress.step("steady state", () -> {
                cluster.awaitSteady();
                return cluster;
            });
            for (Fault fault : drill.faults()) {
                Trial trial = new Trial(fault, cluster, prober, load, clients, sampler);
                List<TrialResult> results = new ArrayList<>();
                progress.say("");
                progress.say(fault.word());
                progress.say(DrillReport.TABLE_HEAD);
                try {
                    for (int i = 1; i <= drill.count(); i++) {
                        TrialResult result = trial.run();
                        results.add(result);
                        progress.say(DrillReport.tableLine(i, result));
                        load.reasons()
                                .forEach((reason, count) -> progress.say("        failed: " + count + " x " + reason));
                    }
                } finally {
                    if (!results.isEmpty()) {
                        reports.add(new DrillReport(fault, drill.options(), results));
                    }
                }
            }
        }
    }
}
