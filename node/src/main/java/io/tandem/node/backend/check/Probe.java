// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckReport.Status;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Text;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One check under way: walks through the steps of its plan, waits where the server has to say something, reports once. Owned by
 * its event loop; a buffer is there only while something is expected.
 */
final class Probe implements CheckConnection.Listener, Round.Running {
    /** Longer texts are cut off. */
    private static final int LONGEST_INFO = 127;

    private static final String BY_STEPS = "(tcp-check)";

    /**
     * How long a check may take.
     *
     * @param connectMs to be connected, milliseconds
     * @param readMs for an answer once connected; 0: {@code connectMs} is for everything
     */
    record Patience(int connectMs, int readMs) {}

    private final CheckTarget target;
    private final CheckPlan plan;
    private final InetSocketAddress address;
    private final Patience patience;
    private final Consumer<CheckReport> report;
    private final long startNs = System.nanoTime();
    private final Facts facts;
    private final Answer answer;
    private @Nullable HttpAnswer http;
    private @Nullable CheckConnection connection;
    private @Nullable Future<?> timeout;
    private int at;
    private int listeningAt = -1;
    private int code;
    private String judged = "";
    private boolean done;

    private Probe(
            CheckTarget target,
            CheckPlan plan,
            InetSocketAddress address,
            Patience patience,
            Consumer<CheckReport> report) {
        this.target = target;
        this.plan = plan;
        this.address = address;
        this.patience = patience;
        this.report = report;
        facts = target.facts(plan.kind() == CheckKind.HTTP);
        answer = new Answer(target.tuning().bufferSize());
    }

    /**
     * Starts a check on the target's loop, the calling thread's.
     *
     * @param address where to, unless a step says something else
     * @param report called once, on the loop
     */
    static Probe start(
            CheckTarget target,
            CheckPlan plan,
            InetSocketAddress address,
            Patience patience,
            Consumer<CheckReport> report) {
        Probe probe = new Probe(target, plan, address, patience, report);
        probe.restartTimeout(patience.connectMs());
        target.loop().eventLoop().execute(probe::walk);
        return probe;
    }

    // ---- the way through the steps

    private void walk() {
        List<PlannedStep> steps = plan.steps();
        boolean goesOn = true;
        while (goesOn && !done && at < steps.size()) {
            goesOn = take(steps.get(at).step());
        }
        CheckConnection present = connection;
        if (done || present == null) {
            return;
        }
        if (goesOn) {
            present.flush(this::pass);
        } else {
            present.flush();
        }
    }

    /** Whether the next step may follow at once. */
    private boolean take(Step step) {
        if (step instanceof ConnectStep connect) {
            connect(connect);
            return false;
        }
        if (step instanceof ExpectStep expect) {
            listen();
            return expect(expect);
        }
        if (step instanceof JudgeStep judge) {
            listen();
            return judge(judge);
        }
        if (step instanceof SendStep send) {
            return send(send);
        }
        if (step instanceof HttpSendStep send) {
            return send(send);
        }
        if (step instanceof VariableStep variable) {
            showAnswer();
            variable.effect().accept(facts);
        }
        at++;
        return true;
    }

    private void connect(ConnectStep step) {
        CheckConnection before = connection;
        if (before != null) {
            before.flush();
            before.close(plan.kind() == CheckKind.HTTP || !before.hasSent());
            restartTimeout(patience.connectMs());
        }
        forgetAnswer();
        answer.begin();
        facts.serverEnd = null;
        String host = target.settings().asksForTheHost() ? hostAhead() : "";
        connection = CheckConnection.open(
                target.loop().eventLoop(), step.plan(target.settings(), address, facts, host), this);
    }

    /** The name in the Host of the request that the connection is made for; empty for none. */
    private String hostAhead() {
        List<PlannedStep> steps = plan.steps();
        for (int i = at + 1; i < steps.size() && !(steps.get(i).step() instanceof ConnectStep); i++) {
            if (steps.get(i).step() instanceof HttpSendStep send) {
                return send.serverName(facts);
            }
        }
        return "";
    }

    @Override
    public void onReady() {
        if (!done) {
            if (patience.readMs() > 0) {
                restartTimeout(patience.readMs());
            }
            at++;
            walk();
        }
    }

    private boolean send(SendStep step) {
        showAnswer();
        byte[] bytes = step.payload().of(facts);
        if (bytes == null) {
            fail(Status.L7RSP, "tcp-check send : failed to build log-format string at step " + number() + comment());
            return false;
        }
        return written(bytes);
    }

    private boolean send(HttpSendStep step) {
        boolean tells = plan.options().sendsState();
        String state = tells ? StateHeader.of(target.backend(), target.server(), target.configuration()) : null;
        byte[] request = step.http1(facts, state);
        forgetAnswer();
        http = new HttpAnswer(
                target.loop(), target.tuning(), facts.response, step.method() == null ? "OPTIONS" : step.method());
        return written(request);
    }

    private boolean written(byte[] bytes) {
        CheckConnection present = connection;
        if (present != null) {
            present.write(bytes);
        }
        answer.clear();
        at++;
        return true;
    }

    /** The clock begins anew for each step that waits. */
    private void listen() {
        if (listeningAt != at) {
            listeningAt = at;
            if (patience.readMs() > 0) {
                restartTimeout(patience.readMs());
            }
        }
    }

    // ---- what comes back

    @Override
    public void onBytes(ByteBuf in) {
        HttpAnswer present = http;
        if (present != null) {
            present.add(in);
        } else {
            answer.add(in);
        }
        listenOn();
    }

    private void listenOn() {
        if (!done && at < plan.steps().size() && listeningAt == at) {
            walk();
        }
    }

    @Override
    public void onEnd(String error) {
        if (done) {
            return;
        }
        boolean nothing = http == null ? answer.length() == 0 : http.state() == HttpAnswer.State.HEAD;
        answer.end();
        if (http != null) {
            http.end();
        }
        if (!error.isEmpty() && nothing && listeningAt == at) {
            fail(Status.L7RSP, error + where());
        } else {
            listenOn();
        }
    }

    @Override
    public void onMistake(Throwable mistake) {
        target.loop().failed(mistake);
    }

    @Override
    public void onRefused(Status status, String why) {
        if (!done) {
            fail(status, status == Status.SOCKERR ? why : why + where());
        }
    }

    private void showAnswer() {
        facts.content = answer.bytes();
        facts.contentStart = 0;
        facts.contentEnd = answer.length();
        facts.contentFinal = true;
        if (connection != null) {
            connection.tell(facts);
        }
    }

    private void forgetAnswer() {
        HttpAnswer present = http;
        if (present != null) {
            http = null;
            facts.responding = false;
            facts.responseBody = null;
            present.release();
        }
    }

    // ---- what it comes to

    private boolean expect(ExpectStep step) {
        try {
            return plan.kind() == CheckKind.HTTP ? expectHttp(step) : expectBytes(step);
        } catch (BytesMatch.Unusable unusable) {
            fail(Status.L7RSP, String.valueOf(unusable.getMessage()));
            return false;
        }
    }

    private boolean expectBytes(ExpectStep step) throws BytesMatch.Unusable {
        boolean last = answer.isLast();
        BytesMatch wanted = step.bytes();
        if (answer.length() == 0 && last) {
            fail(step.errorStatus(), "TCPCHK got an empty response at step " + number() + comment());
            return false;
        }
        if (wanted == null || (!last && answer.length() < Math.max(1, step.least()))) {
            return false;
        }
        showAnswer();
        return decide(step, wanted.isIn(answer.bytes(), answer.length(), facts), last);
    }

    private boolean expectHttp(ExpectStep step) throws BytesMatch.Unusable {
        HttpAnswer present = http;
        if (present == null || present.state() == HttpAnswer.State.HEAD) {
            if (present == null && answer.isLast()) {
                fail(Status.L7RSP, "");
            }
            return false;
        }
        if (present.state() == HttpAnswer.State.MALFORMED) {
            fail(Status.L7RSP, "");
            return false;
        }
        showAnswer();
        facts.responding = true;
        facts.status = present.response().status();
        facts.responseBody = present;
        code = present.response().status();
        if (code == 404
                && plan.options().stopsOn404()
                && target.server().state().health().isUp()) {
            finish(Status.L7OKC, "", true);
            return false;
        }
        HeadMatch head = step.head();
        if (head != null) {
            return decide(step, head.isIn(present.response(), facts), true);
        }
        BytesMatch wanted = step.bytes();
        boolean last = present.isBodyFinal();
        if (wanted == null || (!last && present.length() < step.least())) {
            return false;
        }
        return decide(step, wanted.isIn(present.body(), present.length(), facts), last);
    }

    /** A mismatch is no last word while more may come, unless the line says how much is enough. */
    private boolean decide(ExpectStep step, boolean found, boolean last) {
        if (!found && !last && step.minReceived() < 0) {
            return false;
        }
        if (found != step.inverted()) {
            at++;
            return true;
        }
        String info = mismatch(step, found) + comment();
        facts.scratch.reset();
        ExpectStep.Code expression = step.statusCode();
        if (expression != null) {
            OptionalInt number = expression.of(facts);
            code = number.orElse(code);
        }
        fail(step.errorStatus(), info);
        return false;
    }

    private String mismatch(ExpectStep step, boolean found) {
        ExpectStep.Words words = step.onError();
        if (words != null) {
            return text(words);
        }
        BytesMatch bytes = step.bytes();
        return switch (plan.kind()) {
            case HTTP ->
                bytes == null && http != null
                        ? http.reason()
                        : found ? "HTTP check matched unwanted content" : "HTTP content check did not match";
            case TCP ->
                (found ? "TCPCHK matched unwanted content" : "TCPCHK did not match content")
                        + (bytes == null ? "" : bytes.told()) + " at step " + number();
            default -> "";
        };
    }

    private boolean judge(JudgeStep step) {
        JudgeStep.Judgement judgement = step.judge().judge(answer.bytes(), answer.length(), answer.isLast());
        switch (judgement.outcome()) {
            case WAIT -> {
                return false;
            }
            case PASSED -> {
                judged = judged.isEmpty() ? judgement.info() : judged;
                at++;
                return true;
            }
            case FAILED -> {
                code = judgement.code();
                fail(judgement.status(), judgement.info());
            }
        }
        return false;
    }

    private void pass() {
        if (done) {
            return;
        }
        Step last = plan.lastWord();
        boolean secured = connection != null && connection.isSecured();
        boolean told = plan.kind() == CheckKind.TCP;
        if (last == null || last instanceof ConnectStep) {
            finish(secured ? Status.L6OK : Status.L4OK, last != null && told ? BY_STEPS : "", true);
        } else if (last instanceof ExpectStep expect) {
            showAnswer();
            ExpectStep.Words words = expect.onSuccess();
            String info = words != null ? text(words) : told ? BY_STEPS : "";
            ExpectStep.Code expression = expect.statusCode();
            if (expression != null) {
                code = expression.of(facts).orElse(code);
            }
            finish(expect.okStatus(), info, true);
        } else {
            finish(Status.L7OK, told ? BY_STEPS : judged, true);
        }
    }

    private String text(ExpectStep.Words words) {
        byte[] bytes = words.of(facts);
        return Text.string(bytes, 0, bytes.length);
    }

    private void restartTimeout(int delayMs) {
        if (timeout != null) {
            timeout.cancel(false);
        }
        timeout = target.loop().eventLoop().schedule(this::onTimeout, delayMs, TimeUnit.MILLISECONDS);
    }

    private void onTimeout() {
        if (!done) {
            fail(late(), where());
        }
    }

    private Status late() {
        CheckConnection present = connection;
        if (present == null || !present.isConnected()) {
            return Status.L4TOUT;
        }
        if (present.isInHandshake()) {
            return Status.L6TOUT;
        }
        return current() instanceof ExpectStep expect ? expect.timeoutStatus() : Status.L7TOUT;
    }

    // ---- what is told

    private @Nullable Step current() {
        return at < plan.steps().size() ? plan.steps().get(at).step() : null;
    }

    private int number() {
        return plan.steps().get(at).number();
    }

    /** The comment of the step, as it ends what is told of a mismatch. */
    private String comment() {
        return plan.steps().get(at).ending();
    }

    /** Which step of the configuration's it was; nothing where those who wrote it know of no steps. */
    private String where() {
        return plan.kind() == CheckKind.TCP && at < plan.steps().size()
                ? plan.steps().get(at).place()
                : "";
    }

    private void fail(Status status, String info) {
        finish(status, info, status == Status.L7OKC);
    }

    private void finish(Status status, String info, boolean passed) {
        cancel();
        String cut = info.length() > LONGEST_INFO ? info.substring(0, LONGEST_INFO) : info;
        long durationMs = (System.nanoTime() - startNs) / 1_000_000;
        report.accept(new CheckReport(status, status.hasCode() ? code : 0, durationMs, cut, passed));
    }

    @Override
    public void cancel() {
        done = true;
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (connection != null) {
            connection.close(false);
        }
        forgetAnswer();
    }

    @Override
    public boolean isDone() {
        return done;
    }
}
