// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.OperatingConfig.Hook;
import io.tandem.config.model.Script;
import io.tandem.config.text.JsonText;
import io.tandem.vrrp.router.EventLog;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs a hook: a command, or an HTTP call, with a limit for each attempt and attempts after failures, and remembers how the
 * last one ended.
 *
 * <p>One after the other, by a thread of its own; the caller never waits. More than {@value #QUEUE} waiting: the newest are
 * dropped, with a warning.
 */
public final class HookRunner implements AutoCloseable {
    private static final int QUEUE = 256;
    private static final long FIRST_PAUSE_MS = 200;
    private static final long MOST_PAUSE_MS = 5_000;
    private static final int SIGKILL = 9;
    private static final int HTTP_OK_FROM = 200;
    private static final int HTTP_OK_BELOW = 300;

    /** Told how a run has ended, on the hook's thread. */
    public interface Listener {
        /** @param failure null for success */
        void onEnd(String subject, @Nullable String failure);
    }

    private final String name;
    private final Hook hook;
    private final EventLog log;
    private final Listener listener;
    private final ThreadPoolExecutor thread;
    private volatile String lastResult = "not run"; // written by the hook's thread, read by any
    private volatile boolean closed;

    /** @param name for the log: {@code on-active} */
    public HookRunner(String name, Hook hook, EventLog log, Listener listener) {
        this.name = name;
        this.hook = hook;
        this.log = log;
        this.listener = listener;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(QUEUE),
                task -> {
                    Thread started = new Thread(task, "hook");
                    started.setDaemon(true);
                    return started;
                },
                (task, executor) -> {
                    if (!executor.isShutdown()) {
                        log.warning("hook " + name + ": more than " + QUEUE + " wait; one is not run");
                    }
                });
    }

    /** How the last run ended, for the status. */
    public String lastResult() {
        return lastResult;
    }

    /**
     * Runs it, by and by. Never blocks.
     *
     * @param subject the router or alarm it is for
     * @param facts given to a command as environment, to a call as a JSON object
     * @param wanted asked before each attempt: an address that has moved on needs no call any more
     */
    public void run(String subject, Map<String, String> facts, BooleanSupplier wanted) {
        Map<String, String> copy = new TreeMap<>(facts);
        thread.execute(() -> attempt(subject, copy, wanted));
    }

    private void attempt(String subject, Map<String, String> facts, BooleanSupplier wanted) {
        long beganNs = System.nanoTime();
        long pauseMs = FIRST_PAUSE_MS;
        String failure = "";
        try {
            for (int attempt = 1; attempt <= hook.retries() + 1 && !closed; attempt++) {
                if (!wanted.getAsBoolean()) {
                    lastResult = "of=" + subject + " result=not-needed-any-more";
                    return;
                }
                failure = once(facts);
                long tookMs = (System.nanoTime() - beganNs) / 1_000_000L;
                if (failure.isEmpty()) {
                    lastResult = "of=" + subject + " result=ok attempts=" + attempt + " after-ms=" + tookMs;
                    log.info("hook " + name + " " + lastResult);
                    listener.onEnd(subject, null);
                    return;
                }
                lastResult = "of=" + subject + " result=failed attempts=" + attempt + " after-ms=" + tookMs + " cause="
                        + failure;
                log.warning("hook " + name + " " + lastResult);
                if (attempt <= hook.retries()) {
                    TimeUnit.MILLISECONDS.sleep(pauseMs);
                    pauseMs = Math.min(MOST_PAUSE_MS, pauseMs * 2);
                }
            }
            listener.onEnd(subject, failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return why it failed, or the empty string */
    private String once(Map<String, String> facts) throws InterruptedException {
        try {
            URI url = hook.url();
            return url == null ? command(facts) : call(url, facts);
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).replace(' ', '-');
        } catch (RuntimeException mistake) { // fails as others do: whoever waits for the addresses has to hear of it
            return mistake.toString().replace(' ', '-');
        }
    }

    private String command(Map<String, String> facts) throws IOException, InterruptedException {
        Process process = Scripts.start(new Script(hook.command(), hook.user(), null), true, facts);
        if (!process.waitFor(hook.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
            Scripts.signal(process, SIGKILL);
            return "timeout";
        }
        return process.exitValue() == 0 ? "" : "status-" + process.exitValue();
    }

    private String call(URI url, Map<String, String> facts) throws IOException {
        byte[] body = facts.entrySet().stream()
                .map(fact -> JsonText.quoted(fact.getKey()) + ":" + JsonText.quoted(fact.getValue()))
                .collect(Collectors.joining(",", "{", "}"))
                .getBytes(StandardCharsets.UTF_8);
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        // The limits of the connection are for each read: one that drips would hold this thread for ever.
        Thread limit = new Thread(() -> endAfter(connection, hook.timeout().toNanos()), "hook-limit");
        limit.setDaemon(true);
        limit.start();
        try {
            int limitMs = (int) hook.timeout().toMillis();
            connection.setConnectTimeout(limitMs);
            connection.setReadTimeout(limitMs);
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setRequestMethod("POST");
            connection.setRequestProperty("Content-Type", "application/json");
            for (String header : hook.headers()) {
                int colon = header.indexOf(':');
                connection.setRequestProperty(
                        header.substring(0, colon), header.substring(colon + 1).strip());
            }
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(body.length);
            connection.getOutputStream().write(body);
            int status = connection.getResponseCode();
            return status >= HTTP_OK_FROM && status < HTTP_OK_BELOW ? "" : "http-" + status;
        } finally {
            limit.interrupt();
            connection.disconnect();
        }
    }

    private static void endAfter(HttpURLConnection connection, long limitNs) {
        try {
            TimeUnit.NANOSECONDS.sleep(limitNs);
            connection.disconnect();
        } catch (InterruptedException answered) {
            // in time
        }
    }

    /** Takes no more runs; those that wait are still made. */
    public void retire() {
        thread.shutdown();
    }

    @Override
    public void close() {
        closed = true;
        thread.shutdownNow();
    }
}
