// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.node;

import io.tandem.packaging.lab.host.Host;
import io.tandem.packaging.lab.host.RunningProgram;
import io.tandem.packaging.lab.host.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One load balancer: a host and the software on it. Not thread-safe. */
public final class Node {
    /** Where every configuration of the lab puts the admin socket, as the tutorial does. */
    public static final String ADMIN_SOCKET = "/run/haproxy/admin.sock";

    private final Host host;
    private final Software software;
    private final List<Process> started = new ArrayList<>();

    public Node(Host host, Software software) {
        this.host = host;
        this.software = software;
    }

    public Host host() {
        return host;
    }

    public String name() {
        return host.name();
    }

    /** The admin socket, by a path that works from here. */
    public Path adminSocket() {
        return host.file(ADMIN_SOCKET);
    }

    public void install() throws IOException {
        software.install(host);
    }

    /** Starts what is not running. */
    public void start() throws IOException {
        started.removeIf(process -> !process.isAlive());
        if (!started.isEmpty()) {
            throw new IllegalStateException(name() + " is still running");
        }
        for (Software.Program program : software.programs()) {
            started.add(host.start(program.command(), program.logName()));
        }
    }

    /** Whether everything that was started still runs. */
    public boolean isRunning() {
        return !started.isEmpty() && started.stream().allMatch(Process::isAlive);
    }

    /** Whether nothing of it runs any more. */
    public boolean isStopped() throws IOException {
        return started.stream().noneMatch(Process::isAlive) && programs().isEmpty();
    }

    /** SIGKILL of guardian and proxy. */
    public void crash() throws IOException {
        Signals.KILL.sendTo(programs());
    }

    /** SIGKILL of the proxy alone. */
    public void crashProxy() throws IOException {
        Signals.KILL.sendTo(proxies());
    }

    /** SIGTERM, as a service manager stops it. */
    public void terminate() throws IOException {
        Signals.TERM.sendTo(mainPrograms());
    }

    public void freeze() throws IOException {
        Signals.STOP.sendTo(programs());
    }

    public void resume() throws IOException {
        Signals.CONT.sendTo(programs());
    }

    /** SIGSTOP of the proxy alone. */
    public void freezeProxy() throws IOException {
        Signals.STOP.sendTo(proxies());
    }

    public void drain() throws IOException {
        software.drain(host);
    }

    public void rejoin() throws IOException {
        software.rejoin(host);
    }

    /** Whether its parts know of each other and of the other nodes. */
    public boolean isSettled() throws IOException {
        return software.isSettled(host);
    }

    /** What its software says of itself; empty if it says nothing. */
    public String status() throws IOException {
        return software.status(host);
    }

    public List<RunningProgram> guardians() throws IOException {
        return host.programs().stream().filter(software::isGuardian).toList();
    }

    public List<RunningProgram> proxies() throws IOException {
        return host.programs().stream().filter(software::isProxy).toList();
    }

    private List<RunningProgram> programs() throws IOException {
        return host.programs().stream()
                .filter(program -> software.isGuardian(program) || software.isProxy(program))
                .toList();
    }

    /** The processes that were started by us, not by another of them. */
    private List<RunningProgram> mainPrograms() throws IOException {
        List<Long> ours = started.stream()
                .flatMap(process -> process.toHandle().children())
                .map(ProcessHandle::pid)
                .toList();
        return programs().stream()
                .filter(program -> ours.contains(program.pid()))
                .toList();
    }
}
