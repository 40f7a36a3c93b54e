// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.load.Measured;
import io.tandem.packaging.bench.load.Plan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who makes the requests of a case. */
interface Traffic {
    /**
     * One run.
     *
     * @param units completed: requests, connections or bodies
     * @param clean whether there was no error and no status but 2xx
     * @param said what an error was, for the reader; empty when clean
     */
    record Result(long units, boolean clean, String said) {}

    Result run(Bench bench, Features features, int port, int seconds) throws IOException, InterruptedException;

    /** How many times longer than others it is measured, so that opening its connections is a small part. */
    default int stretch() {
        return 1;
    }

    /** As fast as it can be answered, by {@code wrk} with one thread. */
    record Wrk(int connections, String path, List<String> headers, int stretch) implements Traffic {
        Wrk(int connections, String path, List<String> headers) {
            this(connections, path, headers, connections < MANY ? 1 : 3);
        }

        private static final int MANY = 1000;
        private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ");
        private static final Pattern PROBLEM = Pattern.compile("(Socket errors|Non-2xx)[^\n]*");

        @Override
        public Result run(Bench bench, Features features, int port, int seconds)
                throws IOException, InterruptedException {
            String url = (features.tls() ? "https" : "http") + "://127.0.0.1:" + port + path;
            List<String> command = new ArrayList<>(
                    List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--timeout", "20s", url));
            for (String header : headers) {
                command.add("-H");
                command.add(header);
            }
            String output = Tool.run(
                    command,
                    Map.of("OPENSSL_CONF", bench.certificates().clientSettings().toString()),
                    seconds + 30);
            return result(REQUESTS, PROBLEM, output);
        }
    }

    /** HTTP/2 by {@code h2load} with one thread. */
    record H2load(int connections, int streams) implements Traffic {
        private static final int PATIENCE_SECONDS = 10;
        private static final Pattern REQUESTS = Pattern.compile("(\\d+) succeeded");
        private static final Pattern PROBLEM = Pattern.compile(
                "requests:[^\n]*[1-9]\\d* (failed|errored|timeout)[^\n]*|status codes:[^\n]*[1-9]\\d* [345]xx[^\n]*");

        @Override
        public Result run(Bench bench, Features features, int port, int seconds)
                throws IOException, InterruptedException {
            String url = (features.tls() ? "https" : "http") + "://127.0.0.1:" + port + "/";
            try {
                String output = Tool.run(
                        List.of("h2load", "-t1", "-c" + connections, "-m" + streams, "-D" + seconds, url),
                        Map.of(
                                "OPENSSL_CONF",
                                bench.certificates().clientSettings().toString()),
                        seconds + PATIENCE_SECONDS);
                return result(REQUESTS, PROBLEM, output);
            } catch (IOException stuck) { // one round's loss, not the case's
                return new Result(0, false, String.valueOf(stuck.getMessage()));
            }
        }
    }

    /** A connection, a full handshake and one request each, as fast as they end. */
    record Handshakes(int concurrent) implements Traffic {
        @Override
        public Result run(Bench bench, Features features, int port, int seconds)
                throws IOException, InterruptedException {
            Measured measured = bench.generator()
                    .run(Plan.handshakes(port, features.tls(), concurrent, Duration.ofSeconds(seconds)));
            return new Result(measured.answered(), measured.clean(), measured.clean() ? "" : measured.toString());
        }
    }

    private static Result result(Pattern requests, Pattern problem, String output) throws IOException {
        Matcher matcher = requests.matcher(output);
        if (!matcher.find()) {
            throw new IOException("the load generator said: " + output);
        }
        Matcher said = problem.matcher(output);
        boolean wrong = said.find();
        return new Result(Long.parseLong(matcher.group(1)), !wrong, wrong ? said.group() : "");
    }
}
