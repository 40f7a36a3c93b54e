// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import io.tandem.node.backend.check.HealthChecks;
import io.tandem.node.boot.TestProxy;
import io.tandem.node.loop.Loops;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The installed haproxy or ours at work with one configuration: what it tells operators, what it answers to commands. */
public final class AdministeredProxy implements AutoCloseable {
    private static final Pattern TOLD = Pattern.compile("\\[(?:WARNING|ALERT|NOTICE)] +\\(\\d+\\) : (.*)");

    private final @Nullable InstalledHaproxy haproxy;
    private final @Nullable TestProxy tandem;
    private final Loops loops = Loops.start(1);
    private @Nullable HealthChecks checks;
    private @Nullable Commands commands;

    /** @param told is given each line, from any thread */
    public AdministeredProxy(boolean oracle, String configuration, Consumer<String> told) throws IOException {
        haproxy = oracle
                ? new InstalledHaproxy(configuration, line -> {
                    Matcher matcher = TOLD.matcher(line);
                    if (matcher.matches()) {
                        told.accept(matcher.group(1));
                    }
                })
                : null;
        tandem = oracle ? null : TestProxy.start(configuration, 1);
        TestProxy ours = tandem;
        if (ours != null) {
            ours.node().events().listen((level, name, said) -> told.accept(said));
            HealthChecks started = new HealthChecks(loops, ours.node().events(), System::currentTimeMillis);
            checks = started;
            started.watch(ours.configuration());
            List<Command> all = new ArrayList<>(ShowCommands.of(ours.node()));
            all.addAll(ServerCommands.of(ours.node()));
            commands = new Commands(all);
        }
    }

    public String command(String line) throws IOException {
        return haproxy != null
                ? haproxy.command(line)
                : new Session(Objects.requireNonNull(commands), Level.ADMIN).receive(line + "\n");
    }

    @Override
    public void close() {
        if (haproxy != null) {
            haproxy.close();
        }
        if (checks != null) {
            checks.close();
        }
        if (tandem != null) {
            tandem.close();
        }
        loops.close();
    }
}
