// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.model.Script;
import io.tandem.config.model.VrrpConfig;
import io.tandem.config.model.VrrpGlobals;
import io.tandem.node.socket.HostName;
import io.tandem.vrrp.dump.DataDump;
import io.tandem.vrrp.dump.JsonDump;
import io.tandem.vrrp.dump.Snapshot;
import io.tandem.vrrp.dump.StatsDump;
import io.tandem.vrrp.router.RouterStatus;
import io.tandem.vrrp.router.VirtualRouters;
import io.tandem.vrrp.track.Notifier;
import io.tandem.vrrp.track.ProcessScript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whom the guardian tells of its virtual routers: scripts, FIFOs, mails, and the files that keepalived's exporters read.
 */
final class Notices implements AutoCloseable {
    private static final Path DUMPS = Path.of(System.getProperty("tandem.dumps", "/tmp"));

    private final MasterLog log;
    private volatile @Nullable AlertMails mails; // made by the loading thread when first needed
    private final Notifier notifier;
    private volatile VrrpConfig config; // written by the loading thread, read by any
    private volatile boolean closed;
    private Map<String, Map<String, Long>> cleared = new HashMap<>(); // guarded by this

    Notices(VrrpConfig config, MasterLog log) {
        this.config = config;
        this.log = log;
        notifier = new Notifier(log, this::mail);
        configureMails(config);
        notifier.configure(config, List.of());
    }

    Notifier notifier() {
        return notifier;
    }

    private void configureMails(VrrpConfig wanted) {
        AlertMails sender = mails;
        if (sender == null && wanted.globals().mail() != null) {
            sender = new AlertMails(log);
        }
        if (sender != null) {
            sender.configure(wanted.globals().mail(), routerId());
            mails = sender;
        }
    }

    private void mail(String subject, String text) {
        AlertMails sender = mails;
        if (sender != null) {
            sender.send(subject, text);
        }
    }

    private String routerId() {
        String id = config.globals().routerId();
        return id == null ? HostName.orGiven(null) : id;
    }

    /** Runs the startup script, waits as long as {@code vrrp_startup_delay} says, then starts the routers. */
    void start(VirtualRouters routers) {
        VrrpGlobals globals = config.globals();
        Script startup = globals.startup();
        if (startup != null) {
            ProcessScript.run("startup", startup, globals.startupLimit(), log);
        }
        Duration delay = globals.startupDelay();
        Duration afterBoot = globals.host().delayAfterBoot();
        if (!afterBoot.isZero() && afterBoot.minus(uptime()).compareTo(delay) > 0) {
            delay = afterBoot.minus(uptime());
        }
        if (delay.isZero()) {
            routers.start();
            return;
        }
        long delayNs = delay.toNanos();
        Thread waiting = new Thread(
                () -> {
                    try {
                        TimeUnit.NANOSECONDS.sleep(delayNs);
                        if (!closed) {
                            routers.start();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "startup-delay");
        waiting.setDaemon(true);
        waiting.start();
    }

    /** Since the host's start; very long where nobody can tell. */
    private static Duration uptime() {
        try {
            String seconds = Files.readString(Path.of("/proc/uptime")).split("[ .]", 2)[0];
            return Duration.ofSeconds(Long.parseLong(seconds));
        } catch (IOException | NumberFormatException e) {
            return ChronoUnit.YEARS.getDuration();
        }
    }

    /** @param standing where routers stand now */
    void reload(VrrpConfig newConfig, List<RouterStatus> standing) {
        config = newConfig;
        configureMails(newConfig);
        notifier.configure(
                newConfig,
                standing.stream()
                        .map(status -> new Notifier.Standing(status.name(), status.state(), status.priority()))
                        .toList());
    }

    /** @param kind data, stats or json */
    String dump(String kind, List<RouterStatus> standing) {
        Snapshot snapshot = new Snapshot(config, sinceCleared(standing), HostName.orGiven(null), Instant.now());
        return switch (kind) {
            case "data" -> DataDump.of(snapshot);
            case "json" -> JsonDump.of(snapshot);
            default -> StatsDump.of(snapshot);
        };
    }

    /** To where keepalived writes; never through a link that somebody else has put there. */
    void writeDump(String kind, List<RouterStatus> standing) {
        boolean clears = kind.equals("stats-clear");
        String name = "keepalived." + (clears ? "stats" : kind);
        Path written = null;
        try {
            written = Files.createTempFile(DUMPS, name, ".new");
            Files.writeString(written, dump(clears ? "stats" : kind, standing), StandardCharsets.ISO_8859_1);
            Files.move(written, DUMPS.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            log.warning("vrrp dump " + DUMPS.resolve(name) + ": " + e.getMessage());
            discard(written);
        }
        if (clears) {
            synchronized (this) {
                cleared = new HashMap<>();
                standing.forEach(status -> cleared.put(status.name(), status.counters()));
            }
        }
    }

    private static void discard(@Nullable Path half) {
        try {
            if (half != null) {
                Files.deleteIfExists(half);
            }
        } catch (IOException e) {
            // where it could not be written, that cannot be mended either
        }
    }

    /** STATS_CLEAR begins counting anew for these dumps; metrics never go back. */
    private synchronized List<RouterStatus> sinceCleared(List<RouterStatus> standing) {
        if (cleared.isEmpty()) {
            return standing;
        }
        return standing.stream()
                .map(status -> {
                    Map<String, Long> before = cleared.getOrDefault(status.name(), Map.of());
                    Map<String, Long> counters = new HashMap<>(status.counters());
                    counters.replaceAll((name, count) -> Math.max(0, count - before.getOrDefault(name, 0L)));
                    return status.with(counters);
                })
                .toList();
    }

    /** Tells what there still is to tell, then runs the shutdown script. */
    @Override
    public void close() {
        closed = true;
        notifier.close();
        AlertMails sender = mails;
        if (sender != null) {
            sender.close();
        }
        VrrpGlobals globals = config.globals();
        Script shutdown = globals.shutdown();
        if (shutdown != null) {
            ProcessScript.run("shutdown", shutdown, globals.shutdownLimit(), log);
        }
    }
}
