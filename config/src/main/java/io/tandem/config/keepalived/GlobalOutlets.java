// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.Script;
import io.tandem.config.text.IpLiteral;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The keywords of {@code global_defs} that say who is told what: mails, FIFOs, scripts at the start and at the end. */
final class GlobalOutlets {
    private final Findings findings;
    private final Values values;
    private final ScriptUsers users;

    GlobalOutlets(Findings findings, ScriptUsers users) {
        this.findings = findings;
        this.values = new Values(findings);
        this.users = users;
    }

    void declare(Keywords<Globals> keywords) {
        mails(keywords);
        fifos(keywords);
        scripts(keywords);
    }

    private void mails(Keywords<Globals> keywords) {
        keywords.block("notification_email", (globals, s) -> s.body()
                        .forEach(line -> globals.mail.to.addAll(line.texts())))
                .on("notification_email_from", (globals, s) -> {
                    if (s.parameters() == 0) {
                        findings.error(s.origin(), "emailfrom missing - ignoring");
                    } else {
                        globals.mail.from = s.parameter(1);
                    }
                })
                .onParameter("smtp_server", this::server)
                .on("smtp_helo_name", (globals, s) -> globals.mail.helo = s.parameter(1))
                .onParameter("smtp_connect_timeout", (globals, s) -> {
                    Integer seconds = values.integer(s, 1, 0, 4294);
                    if (seconds == null) {
                        findings.error(
                                s.origin(),
                                "smtp_connect_timeout '" + s.parameter(1) + "' must be in [0, 4294] - ignoring");
                    } else {
                        if (seconds == 0) {
                            findings.error(s.origin(), "smtp_conect_timeout must be greater than 0, setting to 1");
                        }
                        globals.mail.timeout = Duration.ofSeconds(Math.max(1, seconds));
                    }
                })
                .on("smtp_alert", (globals, s) -> globals.mail.all = flag(s))
                .on("smtp_alert_vrrp", (globals, s) -> globals.mail.vrrp = flag(s))
                .on("smtp_alert_checker", (globals, s) -> flag(s))
                .on("no_email_faults", (globals, s) -> globals.mail.faults = false);
    }

    private void server(Globals globals, Statement s) {
        int port = MailDraft.SMTP;
        if (s.parameters() > 1) {
            Integer given = values.integer(s, 2, 1, 65_535);
            if (given == null) {
                findings.error(s.origin(), "Invalid smtp server " + s.parameter(1) + " " + s.parameter(2));
                return;
            }
            port = given;
        }
        // A name is looked up when a mail is to be sent; keepalived does it once, here.
        String server = s.parameter(1);
        if (IpLiteral.parse(server) == null && !server.matches("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")) {
            findings.error(s.origin(), "Invalid smtp server " + server + " " + port);
            return;
        }
        globals.mail.server = server;
        globals.mail.port = port;
    }

    private @Nullable Boolean flag(Statement s) {
        return values.flag(s, "Invalid value '" + s.parameter(1) + "' for global " + s.keyword() + " specified");
    }

    private void fifos(Keywords<Globals> keywords) {
        fifo(keywords, "notify_fifo", globals -> globals.allFifo);
        fifo(keywords, "vrrp_notify_fifo", globals -> globals.vrrpFifo);
        keywords.on("fifo_write_vrrp_states_on_reload", (globals, s) -> globals.fifosOnReload = true)
                .on("vrrp_notify_priority_changes", (globals, s) -> {
                    Boolean tells = flag(s);
                    globals.tellsPriorities = tells == null ? globals.tellsPriorities : tells;
                });
    }

    private void fifo(Keywords<Globals> keywords, String keyword, Function<Globals, Globals.FifoDraft> which) {
        keywords.on(keyword, (globals, s) -> fifo(which.apply(globals), s)).on(keyword + "_script", (globals, s) -> {
            Globals.FifoDraft fifo = which.apply(globals);
            if (s.parameters() == 0) {
                findings.error(s.origin(), "No " + keyword + "_script specified");
            } else if (fifo.reader != null) {
                findings.error(s.origin(), keyword + "_script already specified - ignoring " + s.parameter(1));
            } else {
                fifo.reader = users.script(s, Values.command(s.parameter(1)), 2);
            }
        });
    }

    private void fifo(Globals.FifoDraft fifo, Statement s) {
        if (s.parameters() == 0) {
            findings.error(s.origin(), "No " + s.keyword() + " name specified");
            return;
        }
        if (fifo.path != null) {
            findings.error(s.origin(), s.keyword() + " already specified - ignoring " + s.parameter(1));
            return;
        }
        try {
            fifo.path = Path.of(s.parameter(1));
        } catch (InvalidPathException e) {
            findings.error(s.origin(), "Invalid " + s.keyword() + " " + s.parameter(1));
            return;
        }
        if (s.parameters() > 1) {
            String group = s.parameters() > 2 ? s.parameter(3) : null;
            if (users.exist(s.parameter(2), group)) {
                fifo.user = s.parameter(2);
                fifo.group = group;
            } else {
                findings.warn(s.origin(), s.keyword() + " stays our own: there is no such user or group");
            }
        }
    }

    private void scripts(Keywords<Globals> keywords) {
        script(keywords, "startup_script", "startup", (globals, script) -> globals.startup = script);
        script(keywords, "shutdown_script", "shutdown", (globals, script) -> globals.shutdown = script);
        limit(keywords, "startup_script_timeout", (globals, limit) -> globals.startupLimit = limit);
        limit(keywords, "shutdown_script_timeout", (globals, limit) -> globals.shutdownLimit = limit);
        keywords.onParameter("vrrp_startup_delay", (globals, s) -> {
            Duration delay = values.seconds(s, 1, "0.001", "4294.967295");
            if (delay == null) {
                findings.error(s.origin(), "vrrp_startup_delay '" + s.parameter(1) + "' is invalid");
            } else {
                globals.startupDelay = delay;
            }
        });
    }

    private void script(
            Keywords<Globals> keywords, String keyword, String name, BiConsumer<Globals, @Nullable Script> store) {
        keywords.onParameter(keyword, (globals, s) -> {
            Script script = users.script(s, Values.command(s.parameter(1)), 2);
            if (script == null || !Executables.isFile(script.command().get(0))) {
                findings.error(s.origin(), "Invalid " + name + " script");
            } else {
                store.accept(globals, script);
            }
        });
    }

    private void limit(Keywords<Globals> keywords, String keyword, BiConsumer<Globals, Duration> store) {
        keywords.onParameter(keyword, (globals, s) -> {
            Integer seconds = values.integer(s, 1, 1, 1000);
            if (seconds == null) {
                findings.error(s.origin(), keyword + " '" + s.parameter(1) + "' must be in [1, 1000] - ignoring");
            } else {
                store.accept(globals, Duration.ofSeconds(seconds));
            }
        });
    }
}
