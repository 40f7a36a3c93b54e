// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.keepalived.KeepalivedConf;
import io.tandem.config.text.Problems;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Virtual routers in a process of their own, which can be killed. */
final class NodeProcess implements AutoCloseable {
    private final Process process;

    /** In a host of a {@link TestLan}, as a keepalived.conf says. */
    NodeProcess(TestLan.Host host, Path file, Path log) throws IOException {
        this(host, file, log, List.of());
    }

    /** @param wrapper a command that runs the one behind it */
    NodeProcess(TestLan.Host host, Path file, Path log, List<String> wrapper) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("nsenter", "--net=" + host.namespace().path()));
        command.addAll(wrapper);
        command.addAll(List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                NodeProcess.class.getName(),
                file.toString()));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** SIGKILL: nothing of it runs any more. */
    void kill() {
        process.destroyForcibly();
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Runs until standard input ends or the process is killed. */
    public static void main(String[] arguments) throws IOException {
        EventLog log = new EventLog() {
            @Override
            public void info(String line) {
                System.out.println(line);
            }

            @Override
            public void warning(String line) {
                System.out.println(line);
            }
        };
        KeepalivedConf conf = KeepalivedConf.load(Path.of(arguments[0]), Map.of(), "", new Problems());
        Reactor reactor = new Reactor();
        VirtualRouters routers = new VirtualRouters(reactor, conf.routers(), log, (router, change) -> {});
        ReactorThread thread = ReactorThread.start(reactor, log);
        routers.start();
        while (System.in.read() >= 0) {
            // until it ends
        }
        routers.close();
        thread.close();
        reactor.close();
    }
}
