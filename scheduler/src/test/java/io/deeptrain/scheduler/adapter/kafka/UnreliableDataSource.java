package io.deeptrain.scheduler.adapter.kafka;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A database whose commits can fail, before or after they have happened, and which can be out of reach altogether. */
final class UnreliableDataSource implements DataSource {
    /** How a commit goes wrong. */
    enum Trouble {
        NONE,
        /** The commit does not happen. */
        BEFORE_COMMIT,
        /** The commit happens, and nobody hears of it. */
        AFTER_COMMIT,
        /** Nothing is answered any more. */
        GONE
    }

    private final DataSource real;
    private final AtomicReference<Trouble> trouble = new AtomicReference<>(Trouble.NONE);
    private final AtomicInteger struck = new AtomicInteger();

    UnreliableDataSource(DataSource real) {
        this.real = real;
    }

    /** The next commit goes wrong like this; all commits do when the database is gone. */
    void next(Trouble next) {
        trouble.set(next);
    }

    int struck() {
        return struck.get();
    }

    @Override
    public Connection getConnection() throws SQLException {
        refuseIfGone();
        Connection connection = real.getConnection();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                    if (!method.getName().equals("close")) {
                        refuseIfGone();
                    }
                    boolean isCommit = method.getName().equals("commit");
                    if (isCommit && trouble.compareAndSet(Trouble.BEFORE_COMMIT, Trouble.NONE)) {
                        struck.incrementAndGet();
                        connection.close();
                        throw new SQLException("the connection broke before the commit");
                    }
                    Object result;
                    try {
                        result = method.invoke(connection, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                    if (isCommit && trouble.compareAndSet(Trouble.AFTER_COMMIT, Trouble.NONE)) {
                        struck.incrementAndGet();
                        connection.close();
                        throw new SQLException("the connection broke after the commit");
                    }
                    return result;
                });
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("only its own user");
    }

    private void refuseIfGone() throws SQLException {
        if (trouble.get() == Trouble.GONE) {
            throw new SQLException("the database is out of reach");
        }
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return real.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter writer) throws SQLException {
        real.setLogWriter(writer);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        real.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return real.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return real.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return real.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return real.isWrapperFor(type);
    }
}
