// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;

/** Hardware and versions, as a result must carry them. */
final class Machine {
    private Machine() {}

    static String describe() throws IOException, InterruptedException {
        String model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 2))
                .orElse("?");
        String cores = Files.readAllLines(Path.of("/proc/stat")).stream()
                        .filter(line -> line.matches("cpu\\d.*"))
                        .count()
                + " cores";
        String kernel = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
        String congestion = Files.readString(Path.of("/proc/sys/net/ipv4/tcp_congestion_control"))
                .strip();
        return "date:    " + LocalDate.now(java.time.ZoneOffset.UTC) + "\nmachine: " + model + ", " + cores
                + ", kernel " + kernel + ", loopback, congestion control " + congestion
                + "\nproxy on core 0; server, load generator and this program on core 1\n"
                + "haproxy: " + firstLine("haproxy", "-v") + "\nnginx:   " + firstLine("nginx", "-v")
                + "\ntandem:  " + firstLine(Contender.launcher(), "-v") + "\njava:    "
                + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + "\nopenssl: "
                + firstLine("openssl", "version") + "\n";
    }

    private static String firstLine(String... command) throws InterruptedException {
        try {
            return Tool.run(List.of(command), 30).lines().findFirst().orElse("?");
        } catch (IOException e) {
            return "absent";
        }
    }
}
