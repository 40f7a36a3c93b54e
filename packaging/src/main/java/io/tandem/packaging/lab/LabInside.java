// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import io.tandem.packaging.lab.drill.Drill;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;

/**
 * The lab's own process: pid 1 of the lab's namespaces, started by {@link Supervisor}. Its end ends the lab, since the
 * kernel then ends every process in its pid namespace; and it ends as soon as its standard input does, that is, with its
 * supervisor.
 *
 * <p>Arguments: the lab's directory, its network, then the words of the command line. The first line of standard input says how the
 * machine is connected: an {@link Uplink#line}.
 */
public final class LabInside {
    private LabInside() {}

    @SuppressWarnings("CatchAndPrintStackTrace") // a broken invariant: the trace is the report
    public static void main(String[] args) {
        Path directory = Path.of(args[0]);
        BufferedReader supervisor = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int status = 1;
        try {
            LabCommand command = LabArguments.parse(List.of(args).subList(2, args.length));
            Uplink uplink = Uplink.parse(supervisor.readLine());
            endWith(supervisor);
            status = run(command, uplink, args[1], directory);
        } catch (FileSystemException e) {
            System.out.flush();
            System.err.println("tandem lab: " + e);
        } catch (IOException | UsageException e) {
            System.out.flush();
            System.err.println("tandem lab: " + e.getMessage());
        } catch (RuntimeException e) {
            System.getLogger("tandem lab").log(System.Logger.Level.ERROR, "the lab failed", e);
        }
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }

    private static int run(LabCommand command, Uplink uplink, String network, Path directory) throws IOException {
        if (command instanceof LabCommand.Up up) {
            RunningLab.start(up.options(), uplink, network, directory).serveUntilStopped();
            return 0;
        }
        if (command instanceof LabCommand.Drill drill) {
            return Drill.run(drill, network, directory);
        }
        throw new IllegalStateException("not a command for the lab itself: " + command);
    }

    private static void endWith(BufferedReader supervisor) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (supervisor.readLine() != null) {
                            // nothing more is said; the end of the stream is the message
                        }
                    } catch (IOException e) {
                        // the same as its end
                    }
                    Runtime.getRuntime().halt(0);
                },
                "supervisor watch");
        thread.setDaemon(true);
        thread.start();
    }
}
