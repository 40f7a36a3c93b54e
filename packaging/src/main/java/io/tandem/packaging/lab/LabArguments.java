// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import io.tandem.packaging.lab.drill.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the words after {@code tandem lab}. */
final class LabArguments {
    static final String USAGE =
            """
            usage: tandem lab [OPTIONS]                 a cluster on this machine, until Ctrl-C
                   tandem lab drill --fault FAULT[,FAULT] [--count N] [--json] [--rate R] [OPTIONS]
                                                        a lab of its own, each fault N times, how long it was noticed
                   tandem lab exec HOST -- COMMAND ...  runs a command in a host of the running lab
                   tandem lab status | stop             describes or ends the running lab
            options:
              --nodes N             load balancers, 2 to 5 (2)
              --haproxy-cfg FILE    the proxy's configuration (default: the tutorial's)
              --keepalived-conf F   the virtual routers (default: one, with fast timers)
              --servers KIND        embedded or nginx (embedded)
              --engine ENGINE       tandem, or haproxy+keepalived to compare with (tandem)
              --timers TIMERS       keepalived's: default (1 s), quick (0.1 s), best (0.01 s) (quick)
              --preempt             the first node takes the address back whenever it can
            faults: crash (SIGKILL of guardian and proxy), stop (SIGTERM), upgrade (SIGTERM and started again at once),
              drain (vrrp drain), link (cable pulled), partition (pulled from the switch, carrier up),
              freeze (SIGSTOP of both), proxy-crash (SIGKILL of the proxy), proxy-hang (SIGSTOP of the proxy)
            """;

    private static final int DEFAULT_COUNT = 5;
    private static final int MAX_COUNT = 10_000;
    private static final int DEFAULT_RATE = 200;
    private static final int MAX_RATE = 5_000;

    private final Deque<String> words;

    private int nodes = 2;
    private Servers servers = Servers.EMBEDDED;
    private Engine engine = Engine.TANDEM;
    private @Nullable Path haproxyCfg;
    private @Nullable Path keepalivedConf;
    private List<Fault> faults = List.of();
    private Timers timers = Timers.QUICK;
    private boolean preempt;
    private int count = DEFAULT_COUNT;
    private int rate = DEFAULT_RATE;
    private boolean json;

    private LabArguments(List<String> words) {
        this.words = new ArrayDeque<>(words);
    }

    static LabCommand parse(List<String> words) throws UsageException {
        return new LabArguments(words).command();
    }

    private LabCommand command() throws UsageException {
        String first = words.isEmpty() ? "" : words.getFirst();
        return switch (first) {
            case "exec" -> afterFirst(this::exec);
            case "status" -> afterFirst(() -> last(new LabCommand.Status()));
            case "stop" -> afterFirst(() -> last(new LabCommand.Stop()));
            case "drill" -> afterFirst(this::drill);
            case "help", "-h", "--help" -> new LabCommand.Help();
            default -> up();
        };
    }

    /** The rest of a command. */
    private interface Rest {
        LabCommand read() throws UsageException;
    }

    private LabCommand afterFirst(Rest rest) throws UsageException {
        words.removeFirst();
        return rest.read();
    }

    private LabCommand exec() throws UsageException {
        String host = words.isEmpty() ? "--" : words.removeFirst();
        if (host.startsWith("-")) {
            throw new UsageException("exec needs a host: tandem lab exec lb1 -- ip address");
        }
        if ("--".equals(words.peekFirst())) {
            words.removeFirst();
        }
        if (words.isEmpty()) {
            throw new UsageException("exec needs a command: tandem lab exec " + host + " -- ip address");
        }
        return new LabCommand.Exec(host, List.copyOf(words));
    }

    private LabCommand up() throws UsageException {
        while (!words.isEmpty()) {
            String word = words.removeFirst();
            if (!labOption(word)) {
                throw unknown(word);
            }
        }
        return new LabCommand.Up(options());
    }

    private LabCommand drill() throws UsageException {
        while (!words.isEmpty()) {
            String word = words.removeFirst();
            switch (word) {
                case "--fault" -> faults = faults(value(word));
                case "--count" -> count = number(word, 1, MAX_COUNT);
                case "--rate" -> rate = number(word, 1, MAX_RATE);
                case "--json" -> json = true;
                default -> {
                    if (!labOption(word)) {
                        throw unknown(word);
                    }
                }
            }
        }
        if (faults.isEmpty()) {
            throw new UsageException("drill needs --fault " + Fault.words());
        }
        if (haproxyCfg != null || keepalivedConf != null) {
            throw new UsageException("drill brings its own configuration, with the stick table it reads: "
                    + "leave out --haproxy-cfg and --keepalived-conf");
        }
        for (Fault fault : faults) {
            if (fault == Fault.DRAIN && engine != Engine.TANDEM) {
                throw new UsageException("--fault drain: keepalived has no such command");
            }
        }
        return new LabCommand.Drill(options(), faults, count, json, rate);
    }

    private boolean labOption(String word) throws UsageException {
        switch (word) {
            case "--nodes" -> nodes = number(word, LabOptions.MIN_NODES, LabOptions.MAX_NODES);
            case "--servers" -> servers = servers(value(word));
            case "--engine" -> engine = engine(value(word));
            case "--timers" -> timers = timers(value(word));
            case "--preempt" -> preempt = true;
            case "--haproxy-cfg" -> haproxyCfg = file(word);
            case "--keepalived-conf" -> keepalivedConf = file(word);
            default -> {
                return false;
            }
        }
        return true;
    }

    private LabOptions options() {
        return new LabOptions(nodes, servers, engine, haproxyCfg, keepalivedConf, timers, preempt);
    }

    private LabCommand last(LabCommand command) throws UsageException {
        if (!words.isEmpty()) {
            throw unknown(words.getFirst());
        }
        return command;
    }

    private String value(String option) throws UsageException {
        if (words.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return words.removeFirst();
    }

    private int number(String option, int min, int max) throws UsageException {
        String text = value(option);
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below, with the range
        }
        throw new UsageException(option + " " + text + ": a number from " + min + " to " + max + " is needed");
    }

    private Path file(String option) throws UsageException {
        Path file = Path.of(value(option)).toAbsolutePath().normalize();
        if (!Files.isReadable(file)) {
            throw new UsageException(option + " " + file + ": no such file, or not readable");
        }
        return file;
    }

    private static List<Fault> faults(String words) throws UsageException {
        List<Fault> faults = new ArrayList<>();
        for (String word : words.split(",", -1)) {
            faults.add(fault(word));
        }
        return faults;
    }

    private static Timers timers(String word) throws UsageException {
        return Timers.of(word)
                .orElseThrow(() -> new UsageException("--timers " + word + ": " + Timers.words() + " is needed"));
    }

    private static Fault fault(String word) throws UsageException {
        return Fault.of(word)
                .orElseThrow(() -> new UsageException("--fault " + word + ": one of " + Fault.words() + " is needed"));
    }

    private static Servers servers(String word) throws UsageException {
        return switch (word) {
            case "embedded" -> Servers.EMBEDDED;
            case "nginx" -> Servers.NGINX;
            default -> throw new UsageException("--servers " + word + ": embedded or nginx is needed");
        };
    }

    private static Engine engine(String word) throws UsageException {
        for (Engine engine : Engine.values()) {
            if (engine.word().equals(word)) {
                return engine;
            }
        }
        throw new UsageException("--engine " + word + ": tandem or haproxy+keepalived is needed");
    }

    private static UsageException unknown(String word) {
        return new UsageException("'" + word + "' is not understood; see tandem lab --help");
    }
}
