// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the load generator {@code wrk} and reads what it says. */
final class Load {
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ([0-9.]+)s");

    /**
     * One run.
     *
     * @param requests completed
     * @param clean whether there was no error and no status but 2xx and 3xx
     */
    record Result(long requests, boolean clean) {}

    private Load() {}

    static Result run(BenchCase benchCase, int port, int seconds) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "wrk", "-t1", "-c" + benchCase.connections(), "-d" + seconds + "s", "http://127.0.0.1:" + port + "/"));
        for (String header : benchCase.requestHeaders()) {
            command.add("-H");
            command.add(header);
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Matcher matcher = REQUESTS.matcher(output);
        if (!matcher.find()) {
            throw new IOException("wrk said: " + output);
        }
        boolean clean = !output.contains("Socket errors") && !output.contains("Non-2xx");
        return new Result(Long.parseLong(matcher.group(1)), clean);
    }
}
